/** Where the thread that was left last stood, for whoever comes back to it from another screen. */
import type { Id } from "../api/types";
import { firstInView } from "../ui/ScrollKeeper";

interface Left {
  readonly conversationId: Id;
  readonly anchor: string;
  /** How far the anchor began below the upper edge of the view. */
  readonly below: number;
}

let left: Left | null = null;

export function threadLeave(conversationId: Id, scroller: HTMLElement, atEnd: boolean): void {
  const first = atEnd ? null : firstInView(scroller);
  const anchor = first?.element.getAttribute("data-anchor") ?? null;
  left = first === null || anchor === null ? null : { conversationId, anchor, below: first.top - scroller.getBoundingClientRect().top };
}

/** Puts a thread where it was left, if no other was opened since and what was in view is drawn; false if not. */
export function threadReturn(conversationId: Id, scroller: HTMLElement): boolean {
  const was = left;
  left = null;
  if (was?.conversationId !== conversationId) return false;
  const element = scroller.querySelector(`[data-anchor="${was.anchor}"]`);
  if (element === null) return false;
  scroller.scrollTop += element.getBoundingClientRect().top - scroller.getBoundingClientRect().top - was.below;
  return true;
}
