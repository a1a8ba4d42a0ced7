import { useEffect, useRef } from "react";

/** Calls `tick` this often while the page can be seen, and at once when it can be again. Null rests. */
export function useTicks(everyMs: number | null, tick: () => void): void {
  const latest = useRef(tick);
  useEffect(() => {
    latest.current = tick;
  });
  useEffect(() => {
    if (everyMs === null) return;
    const look = (): void => {
      if (document.visibilityState !== "hidden") latest.current();
    };
    const timer = setInterval(look, everyMs);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [everyMs]);
}
