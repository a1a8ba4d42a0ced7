import type { Id } from "../api/types";
import { conversationPath, navigate } from "../lib/router";
import { showInMiddle } from "./jump";

/** Shows a message where it stands: at once when it is drawn, else by opening its conversation there. */
export function messageShow(conversationId: Id, messageId: Id): void {
  const log = document.querySelector<HTMLElement>(`[role="log"]`);
  if (log !== null && showInMiddle(log, messageId)) return;
  const reading = location.pathname.startsWith(conversationPath(""));
  navigate(conversationPath(conversationId, messageId), reading ? "replace" : "push");
}
