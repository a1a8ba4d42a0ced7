import type { Id } from "../api/types";

/** As long as the animation of .message-flash. */
const FLASH_MS = 2_000;

/** Brings a message to the middle of the view and flashes it; false while it is not drawn. */
export function showInMiddle(scroller: HTMLElement, messageId: Id): boolean {
  const row = scroller.querySelector<HTMLElement>(`[data-anchor="${messageId}"]`);
  if (row === null) return false;
  const { top, height } = row.getBoundingClientRect();
  scroller.scrollTop += top - scroller.getBoundingClientRect().top - Math.max(0, (scroller.clientHeight - height) / 2);
  scroller.focus({ preventScroll: true });
  row.classList.add("message-flash");
  setTimeout(() => {
    row.classList.remove("message-flash");
  }, FLASH_MS);
  return true;
}
