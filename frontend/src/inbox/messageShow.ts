import type { Id } from "../api/types";
import { conversationPath, navigate } from "../lib/router";

const FLASH_MS = 2_000;

/** A message that is drawn is scrolled to and flashes; true when it was. */
export function messageFlash(messageId: Id): boolean {
  const row = document.querySelector(`[data-anchor="${CSS.escape(messageId)}"]`);
  if (row === null) return false;
  row.scrollIntoView({ block: "center" });
  row.classList.add("message-flash");
  setTimeout(() => {
    row.classList.remove("message-flash");
  }, FLASH_MS);
  return true;
}

/** Shows a message where it stands: at once when it is drawn, else by opening its conversation there. */
export function messageShow(conversationId: Id, messageId: Id): void {
  if (!messageFlash(messageId)) navigate(`${conversationPath(conversationId)}?at=${messageId}`);
}
