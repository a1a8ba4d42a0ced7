import { useEffect, useEffectEvent, useRef, useState, type PointerEvent, type RefObject } from "react";

import { FITTING, moved, toggled, zoomed, type Point, type Size, type View } from "./zoom";

const WHEEL_STEP = 1.0015;
const KEY_STEP = 1.5;
/** A sideways stroke of a finger of at least this length turns the page. */
const SWIPE_PX = 60;
const TAP_PX = 6;

interface Zoom {
  readonly view: View;
  readonly closer: (way: 1 | -1) => void;
  readonly fit: () => void;
  readonly pan: (by: Point) => void;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerUp: (event: PointerEvent) => void;
    readonly onPointerCancel: (event: PointerEvent) => void;
    readonly onDoubleClick: (event: { clientX: number; clientY: number }) => void;
  };
}

const middle = (points: readonly Point[]): Point => ({
  x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
  y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
});

const spread = ([a, b]: readonly Point[]): number => (a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0);

const sizeOf = (element: HTMLElement | null): Size => ({
  width: element?.offsetWidth ?? 0,
  height: element?.offsetHeight ?? 0,
});

/** A point of the window, from an element's middle. */
function pointIn(element: HTMLElement | null, { x, y }: Point): Point {
  const box = element?.getBoundingClientRect();
  return box === undefined ? { x: 0, y: 0 } : { x: x - box.left - box.width / 2, y: y - box.top - box.height / 2 };
}

interface ZoomOptions {
  readonly onSwipe: (way: "before" | "after") => void;
  /** A press beside the picture. */
  readonly onBeside: () => void;
}

/** Wheel, fingers, double press and keys on one picture; measured from the middle of its frame. */
export function useZoom(
  frame: RefObject<HTMLElement | null>,
  picture: RefObject<HTMLElement | null>,
  { onSwipe, onBeside }: ZoomOptions,
): Zoom {
  const [view, setView] = useState(FITTING);
  const fingers = useRef(new Map<number, Point>());
  const stroke = useRef<Point | null>(null);

  const sizes = (): [Size, Size] => [sizeOf(picture.current), sizeOf(frame.current)];
  const fromMiddle = (point: Point): Point => pointIn(frame.current, point);
  const onWheel = useEffectEvent((event: WheelEvent): void => {
    event.preventDefault();
    const point = fromMiddle({ x: event.clientX, y: event.clientY });
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
    const factor = WHEEL_STEP ** (-event.deltaY * lines * (event.ctrlKey ? 4 : 1));
    setView((before) => zoomed(before, factor, point, ...sizes()));
  });

  useEffect(() => {
    const element = frame.current;
    // React listens to wheels passively, which could not keep the page from scrolling.
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      element?.removeEventListener("wheel", onWheel);
    };
  }, [frame]);

  const lift = (event: PointerEvent): void => {
    const last = fingers.current.get(event.pointerId);
    fingers.current.delete(event.pointerId);
    const start = stroke.current;
    if (fingers.current.size > 0 || start === null || last === undefined) return;
    stroke.current = null;
    const dx = event.clientX - start.x;
    const dy = event.clientY - start.y;
    const still = Math.hypot(dx, dy) < TAP_PX;
    if (still && event.type === "pointerup" && event.target === frame.current) onBeside();
    else if (view.scale === 1 && event.pointerType === "touch" && Math.abs(dx) > SWIPE_PX && Math.abs(dx) > 2 * Math.abs(dy)) {
      onSwipe(dx > 0 ? "before" : "after");
    }
  };

  return {
    view,
    closer: (way) => {
      setView((before) => zoomed(before, way === 1 ? KEY_STEP : 1 / KEY_STEP, { x: 0, y: 0 }, ...sizes()));
    },
    fit: () => {
      setView(FITTING);
    },
    pan: (by) => {
      setView((before) => moved(before, by, ...sizes()));
    },
    handlers: {
      onPointerDown: (event) => {
        if (event.pointerType === "mouse" && event.button !== 0) return;
        const point = { x: event.clientX, y: event.clientY };
        fingers.current.set(event.pointerId, point);
        stroke.current = fingers.current.size === 1 ? point : null;
        if (event.target instanceof Element && event.target === picture.current) event.target.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event) => {
        const before = [...fingers.current.values()];
        if (!fingers.current.has(event.pointerId)) return;
        fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
        const now = [...fingers.current.values()];
        const [from, to] = [middle(before), middle(now)];
        setView((held) => {
          const shifted = moved(held, { x: to.x - from.x, y: to.y - from.y }, ...sizes());
          if (now.length < 2 || spread(before) === 0) return shifted;
          return zoomed(shifted, spread(now) / spread(before), fromMiddle(to), ...sizes());
        });
      },
      onPointerUp: lift,
      onPointerCancel: lift,
      onDoubleClick: ({ clientX, clientY }) => {
        setView((before) => toggled(before, fromMiddle({ x: clientX, y: clientY }), ...sizes()));
      },
    },
  };
}
