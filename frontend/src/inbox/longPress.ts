/** A finger held in one place. */

const LONG_PRESS_MS = 450;
const SLIP_PX = 10;
const SWALLOW_MS = 1_000;

/** Calls back once a finger has rested that long; if that led to something, its lifting is no press. */
export function longPress(element: HTMLElement, signal: AbortSignal, onPress: (event: PointerEvent) => boolean): void {
  let press: { readonly timer: ReturnType<typeof setTimeout>; readonly x: number; readonly y: number } | null = null;
  const lift = (): void => {
    if (press !== null) clearTimeout(press.timer);
    press = null;
  };
  element.addEventListener(
    "pointerdown",
    (event) => {
      lift();
      if (event.pointerType === "mouse") return;
      const timer = setTimeout(() => {
        if (onPress(event)) swallowClick(signal);
      }, LONG_PRESS_MS);
      press = { timer, x: event.clientX, y: event.clientY };
    },
    { signal },
  );
  element.addEventListener(
    "pointermove",
    (event) => {
      if (press !== null && Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLIP_PX) lift();
    },
    { signal },
  );
  for (const end of ["pointerup", "pointercancel", "scroll"] as const) element.addEventListener(end, lift, { signal });
  signal.addEventListener("abort", lift);
}

/** The finger that pressed long is still to be lifted: that is no press of what lies under it. */
function swallowClick(signal: AbortSignal): void {
  const swallow = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", swallow, { capture: true, once: true, signal });
  setTimeout(() => {
    document.removeEventListener("click", swallow, { capture: true });
  }, SWALLOW_MS);
}
