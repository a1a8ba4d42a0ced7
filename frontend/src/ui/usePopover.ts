import { useEffectEvent, useLayoutEffect, type RefObject } from "react";

import { useBackCloses } from "../lib/useBackCloses";
import { swallowClick } from "../lib/swallowClick";

/**
 * Shows an element (`popover="manual"`) above all others until Escape, Back or a press elsewhere. The browser's own way
 * would close it when the finger lifts whose long press opened it.
 */
export function usePopover(element: RefObject<HTMLElement | null>, onClose: () => void): void {
  useBackCloses(onClose);
  const close = useEffectEvent(onClose);
  useLayoutEffect(() => {
    const panel = element.current;
    if (panel === null) return;
    panel.showPopover();
    const leaving = new AbortController();
    const listening = { capture: true, signal: leaving.signal };
    document.addEventListener(
      "pointerdown",
      (event) => {
        if (event.target instanceof Node && panel.contains(event.target)) return;
        if (event.pointerType !== "mouse") swallowClick();
        close();
      },
      listening,
    );
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        close();
      },
      listening,
    );
    return () => {
      leaving.abort();
    };
  }, [element]);
}
