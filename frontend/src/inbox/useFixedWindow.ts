import { useCallback, useEffect, useMemo, useRef, useState, type RefObject, type UIEvent } from "react";
import { flushSync } from "react-dom";

import { isEqual } from "../lib/equal";

/** Rows drawn beyond each edge. */
const BEYOND = 8;
/** The window moves in steps of so many rows, so that most scroll frames render nothing. */
const STEP = 8;
/** A view that leaps stands still after this time without another leap. */
const STILL_MS = 100;

export interface FixedWindow {
  /** First and one past the last row to draw; the same object until one of them changes. */
  readonly drawn: Stretch;
  readonly onScroll: (event: UIEvent<HTMLElement>) => void;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** In whole steps; of a view that leaps over more than itself, only what is in it: what lies beyond will not be seen. */
function stretchOf(top: number, visible: number, leaps: boolean): Stretch {
  if (leaps) return { from: top, to: top + visible };
  const from = Math.floor(top / STEP) * STEP;
  return { from: from - BEYOND, to: from + STEP + visible + BEYOND };
}

/** Which rows of one height are near the view: plain arithmetic, exact at any length. */
export function useFixedWindow(scroller: RefObject<HTMLElement | null>, rowHeight: number, total: number): FixedWindow {
  const [near, setNear] = useState({ stretch: stretchOf(0, STEP, false), leaps: false });
  const last = useRef(0);
  const measure = useCallback(
    (element: HTMLElement) => {
      const top = Math.floor(element.scrollTop / rowHeight);
      const visible = Math.ceil(element.clientHeight / rowHeight) + 1;
      const leaps = Math.abs(top - last.current) > visible;
      last.current = top;
      const next = { stretch: stretchOf(top, visible, leaps), leaps };
      setNear((before) => (isEqual(before, next) ? before : next));
    },
    [rowHeight],
  );
  useEffect(() => {
    const element = scroller.current;
    if (!near.leaps || element === null) return;
    const timer = setTimeout(measure, STILL_MS, element);
    return () => {
      clearTimeout(timer);
    };
  }, [scroller, near, measure]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      measure(element);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [scroller, measure]);
  const { from, to } = near.stretch;
  return {
    drawn: useMemo(() => ({ from: Math.max(0, Math.min(from, total)), to: Math.min(total, to) }), [from, to, total]),
    // In the frame that shows the new place, or it would be blank.
    onScroll: (event) => {
      const element = event.currentTarget;
      flushSync(() => {
        measure(element);
      });
    },
  };
}
