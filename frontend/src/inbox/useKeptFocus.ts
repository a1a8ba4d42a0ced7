import { useLayoutEffect, type RefObject } from "react";

import type { Id } from "../api/types";

/** Where the focus was when a conversation, or the inbox without one, was left. */
interface Left {
  readonly conversationId: Id | null;
  readonly pane: "list" | "thread";
  /** The row that had the keyboard's attention. */
  readonly rowId: Id | null;
}

let left: Left | null = null;

/** The row to begin at, for a list that is drawn anew beside the conversation that it was left with. */
export function rowLeft(conversationId: Id | null): Id | null {
  return left?.pane === "list" && left.conversationId === conversationId ? left.rowId : null;
}

/** Whoever comes back from another screen to the same conversation finds the focus in the list or in the thread, as left. */
export function useKeptFocus(inbox: RefObject<HTMLElement | null>, conversationId: Id | null, rowId: () => Id | null): void {
  useLayoutEffect(() => {
    const root = inbox.current;
    if (root === null) return;
    if (left?.conversationId === conversationId && document.activeElement === document.body) {
      const pane = root.querySelector<HTMLElement>(left.pane === "list" ? ".rows" : "[role=log]");
      pane?.focus({ preventScroll: true });
    }
    left = null;
    return () => {
      const pane = document.activeElement?.closest(".list, .thread");
      if (pane == null || !root.contains(pane)) return;
      left = { conversationId, pane: pane.matches(".list") ? "list" : "thread", rowId: rowId() };
    };
  }, [inbox, conversationId, rowId]);
}
