/** A finger that strokes sideways over one of a list's rows. Down and up it scrolls the list, as `touch-action: pan-y` has it. */
import { swallowClick } from "../lib/swallowClick";

export type Way = "left" | "right";

/** Before that it may be a press, or be about to scroll. */
const SLIP_PX = 12;
const TAKEN_PX = 96;
/** A stroke from the edge of the screen is the phone's own: back, or forward. */
const EDGE_PX = 24;
/** Who has rested so long asks for the menu. */
const RESTED_MS = 400;

interface Stroke {
  readonly row: HTMLElement;
  readonly x: number;
  readonly y: number;
  readonly since: number;
  way: Way | null;
}

export interface Swiped {
  readonly rowOf: (target: EventTarget | null) => HTMLElement | null;
  /** What a stroke that way would do, in words; null for nothing. */
  readonly label: (row: HTMLElement, way: Way) => string | null;
  readonly onSwipe: (row: HTMLElement, way: Way) => void;
}

function put(row: HTMLElement, dx: number, label: string): void {
  row.style.setProperty("--swipe", `${dx}px`);
  row.dataset["swipe"] = label;
  row.dataset["swipeWay"] = dx < 0 ? "left" : "right";
  row.toggleAttribute("data-swipe-taken", Math.abs(dx) >= TAKEN_PX);
}

function putBack(row: HTMLElement): void {
  row.style.removeProperty("--swipe");
  for (const name of ["data-swipe", "data-swipe-way", "data-swipe-taken"]) row.removeAttribute(name);
}

/** What is stroked follows the finger, and does nothing if it is let go before it has come far enough. */
export function swipe(list: HTMLElement, signal: AbortSignal, { rowOf, label, onSwipe }: Swiped): void {
  let stroke: Stroke | null = null;
  const drop = (): void => {
    if (stroke?.way != null) putBack(stroke.row);
    stroke = null;
  };
  list.addEventListener(
    "pointerdown",
    ({ target, pointerType, isPrimary, clientX: x, clientY: y, timeStamp: since }) => {
      drop();
      const row = rowOf(target);
      const fromEdge = x < EDGE_PX || x > innerWidth - EDGE_PX;
      if (row !== null && pointerType === "touch" && isPrimary && !fromEdge) stroke = { row, x, y, since, way: null };
    },
    { signal },
  );
  list.addEventListener(
    "pointermove",
    ({ isPrimary, clientX, clientY, timeStamp }) => {
      if (stroke === null || !isPrimary) return;
      const dx = clientX - stroke.x;
      const dy = clientY - stroke.y;
      if (stroke.way === null) {
        if (Math.hypot(dx, dy) < SLIP_PX) return;
        if (Math.abs(dx) < 2 * Math.abs(dy) || timeStamp - stroke.since > RESTED_MS) {
          stroke = null;
          return;
        }
      }
      const way = dx < 0 ? "left" : "right";
      const said = label(stroke.row, way);
      if (said === null) {
        drop();
        return;
      }
      stroke.way = way;
      put(stroke.row, dx, said);
    },
    { signal },
  );
  list.addEventListener(
    "pointerup",
    ({ isPrimary, clientX }) => {
      if (stroke === null || !isPrimary) return;
      const { row, way, x } = stroke;
      drop();
      if (way === null) return;
      swallowClick();
      if (Math.abs(clientX - x) >= TAKEN_PX) onSwipe(row, way);
    },
    { signal },
  );
  list.addEventListener("pointercancel", drop, { signal });
  signal.addEventListener("abort", drop);
}
