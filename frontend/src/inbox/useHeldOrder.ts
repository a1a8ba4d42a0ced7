import { useCallback, useEffect, useRef, useState } from "react";

/** A row stays where it is this long after the pointer left or a key moved. */
const AFTER_MS = 1_000;
/** A pointer that rests over the list this long holds nothing any more. */
const RESTING_MS = 10_000;

export interface HeldOrder {
  readonly ids: readonly string[] | undefined;
  readonly pointerMoved: () => void;
  readonly pointerLeft: () => void;
  readonly keyMoved: () => void;
  /** The next change shows at once. */
  readonly letGo: () => void;
}

/**
 * The order of the list as it may be shown: while a pointer moves over it or keys walk through it, rows do not change
 * places. Another filter, and rows that went away, show at once.
 */
export function useHeldOrder(latest: readonly string[] | undefined, filterKey: string): HeldOrder {
  const heldUntil = useRef(0);
  const [shown, setShown] = useState({ filterKey, ids: latest });
  const mustFollow =
    shown.ids === undefined || shown.filterKey !== filterKey || (latest !== undefined && latest.length < shown.ids.length);
  if (mustFollow && latest !== undefined && shown.ids !== latest) setShown({ filterKey, ids: latest });

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = (): void => {
      const rest = heldUntil.current - Date.now();
      if (rest > 0) timer = setTimeout(follow, Math.min(rest, AFTER_MS));
      else setShown({ filterKey, ids: latest });
    };
    if (latest !== undefined) follow();
    return () => {
      clearTimeout(timer);
    };
  }, [latest, filterKey]);

  const hold = useCallback((milliseconds: number) => {
    heldUntil.current = Date.now() + milliseconds;
  }, []);
  return {
    ids: shown.filterKey === filterKey ? shown.ids : latest,
    pointerMoved: useCallback(() => {
      hold(RESTING_MS);
    }, [hold]),
    pointerLeft: useCallback(() => {
      hold(AFTER_MS);
    }, [hold]),
    keyMoved: useCallback(() => {
      hold(AFTER_MS);
    }, [hold]),
    letGo: useCallback(() => {
      hold(0);
    }, [hold]),
  };
}
