import { createContext, use } from "react";

import type { Attachment, Quoted } from "../api/types";
import type { SendWish, Whereabouts } from "../sync/outgoing";
import type { LocalMessage } from "../sync/rows";
import type { Act, Barrier } from "./tools/barriers";

/** What a bubble, and what can be done with it, asks of the thread it stands in. */
export interface ThreadActions {
  readonly enlarge: (message: LocalMessage, attachment: Attachment) => void;
  readonly jumpToQuoted: (quoted: Quoted) => void;
  readonly copy: (message: LocalMessage) => void;
  /** Makes what is written next an answer to this message. */
  readonly setReply: (message: LocalMessage) => void;
  /** Puts what was taken back into the composer again. */
  readonly putBack: (wish: SendWish) => void;
  /** Where the thread is; null outside of one. */
  readonly where: Whereabouts | null;
  /** Shows where a message comes from; null where nothing does. */
  readonly inspect: ((message: LocalMessage) => void) | null;
  readonly barrier: (act: Act, message: LocalMessage) => Barrier;
  /** Begins an act: what needs a choice asks for it first. */
  readonly act: (act: Act, message: LocalMessage) => void;
  /** Gives a reaction, or with an empty emoji takes the own one back. */
  readonly react: (message: LocalMessage, emoji: string) => void;
  /** Drops a change that failed or still waits. */
  readonly dropChange: (message: LocalMessage, changeId: string) => void;
}

const nothing = (): void => undefined;

export const ThreadActionsContext = createContext<ThreadActions>({
  enlarge: nothing,
  jumpToQuoted: nothing,
  copy: nothing,
  setReply: nothing,
  putBack: nothing,
  where: null,
  inspect: null,
  barrier: () => undefined,
  act: nothing,
  react: nothing,
  dropChange: nothing,
});

export function useThreadActions(): ThreadActions {
  return use(ThreadActionsContext);
}
