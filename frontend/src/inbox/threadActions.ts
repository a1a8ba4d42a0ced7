import { createContext, use } from "react";

import type { Attachment, Quoted } from "../api/types";
import type { LocalMessage } from "../sync/rows";

/** What a bubble, and what can be done with it, asks of the thread it stands in. */
export interface ThreadActions {
  readonly enlarge: (message: LocalMessage, attachment: Attachment) => void;
  readonly jumpToQuoted: (quoted: Quoted) => void;
  readonly copy: (message: LocalMessage) => void;
  /** Shows where a message comes from; null where nothing does. */
  readonly inspect: ((message: LocalMessage) => void) | null;
}

const nothing = (): void => undefined;

export const ThreadActionsContext = createContext<ThreadActions>({
  enlarge: nothing,
  jumpToQuoted: nothing,
  copy: nothing,
  inspect: null,
});

export function useThreadActions(): ThreadActions {
  return use(ThreadActionsContext);
}
