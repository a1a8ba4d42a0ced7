/** A finger held in one place. */
import { swallowClick } from "../lib/swallowClick";

const LONG_PRESS_MS = 450;
const SLIP_PX = 10;

interface Press {
  readonly event: PointerEvent;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Whether a menu is asked for by a finger that rests, as phones do, and not by a button or a key. */
export function isByFinger(event: MouseEvent): boolean {
  return event instanceof PointerEvent && event.pointerType !== "" && event.pointerType !== "mouse";
}

/**
 * Calls back once a finger has rested that long, or the phone says so; if that led to something, its lifting is no press
 * and the phone's own menu stays away.
 */
export function longPress(element: HTMLElement, signal: AbortSignal, onPress: (event: PointerEvent) => boolean): void {
  let press: Press | null = null;
  let led = false;
  const lift = (): void => {
    if (press !== null) clearTimeout(press.timer);
    press = null;
  };
  const take = (): void => {
    if (press === null) return;
    const { event } = press;
    lift();
    led = onPress(event);
    if (led) swallowClick();
  };
  element.addEventListener(
    "pointerdown",
    (event) => {
      lift();
      led = false;
      if (event.pointerType !== "mouse") press = { event, timer: setTimeout(take, LONG_PRESS_MS) };
    },
    { signal },
  );
  element.addEventListener(
    "pointermove",
    (event) => {
      if (press !== null && Math.hypot(event.clientX - press.event.clientX, event.clientY - press.event.clientY) > SLIP_PX) lift();
    },
    { signal },
  );
  element.addEventListener(
    "contextmenu",
    (event) => {
      if (!isByFinger(event)) return;
      take();
      if (led) event.preventDefault();
    },
    { signal },
  );
  for (const end of ["pointerup", "pointercancel"] as const) element.addEventListener(end, lift, { signal });
  signal.addEventListener("abort", lift);
}
