import { ACCOUNTS_PATH, DELIVERIES_PATH, INBOX_PATH, navigate, searchPath } from "./router";
import type { Shortcuts } from "./useShortcuts";

/** The keys that lead from any screen to any other. */
export function screenKeys(onHelp: () => void, onSettings: () => void): Shortcuts {
  return {
    inbox: () => {
      navigate(INBOX_PATH);
    },
    accounts: () => {
      navigate(ACCOUNTS_PATH);
    },
    deliveries: () => {
      navigate(DELIVERIES_PATH);
    },
    find: () => {
      navigate(searchPath(""));
    },
    settings: onSettings,
    help: onHelp,
  };
}
