import type { Route } from "../lib/router";
import { screenKeys } from "../lib/screenKeys";
import { useShortcuts } from "../lib/useShortcuts";

interface ScreenKeysProps {
  readonly screen: Route["screen"];
  readonly singleKeys: boolean;
  readonly onHelp: () => void;
  readonly onSettings: () => void;
}

/** For the screens that have no keys of their own. */
export function ScreenKeys({ screen, singleKeys, onHelp, onSettings }: ScreenKeysProps): null {
  const { find, ...others } = screenKeys(onHelp, onSettings);
  // The search has its field for that key.
  useShortcuts(singleKeys, find === undefined || screen === "search" ? others : { ...others, find });
  return null;
}
