import { useCallback, useEffect, useState, type RefObject, type UIEvent } from "react";

/** Rows drawn beyond each edge. */
const BEYOND = 8;
/** The window moves in steps of so many rows, so that most scroll frames render nothing. */
const STEP = 8;

export interface FixedWindow {
  /** First and one past the last row to draw. */
  readonly from: number;
  readonly to: number;
  readonly onScroll: (event: UIEvent<HTMLElement>) => void;
}

/** Which rows of one height are near the view: plain arithmetic, exact at any length. */
export function useFixedWindow(scroller: RefObject<HTMLElement | null>, rowHeight: number, total: number): FixedWindow {
  const [view, setView] = useState({ first: 0, visible: 16 });
  const measure = useCallback((element: HTMLElement) => {
    const first = Math.floor(element.scrollTop / rowHeight / STEP) * STEP;
    const visible = Math.ceil(element.clientHeight / rowHeight) + STEP;
    setView((before) => (before.first === first && before.visible === visible ? before : { first, visible }));
  }, [rowHeight]);
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
  return {
    from: Math.max(0, Math.min(view.first, total) - BEYOND),
    to: Math.min(total, view.first + view.visible + BEYOND),
    onScroll: (event) => {
      measure(event.currentTarget);
    },
  };
}
