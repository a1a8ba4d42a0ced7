import { useCallback, useState } from "react";

import type { Id } from "../api/types";
import { useBackCloses } from "../lib/useBackCloses";

/** As in layout.css: there the details lie over the thread. */
const OVER = "(max-width: 1100px)";

interface DetailsPane {
  readonly open: boolean;
  readonly toggle: () => void;
  readonly close: () => void;
}

interface Opened {
  readonly conversationId: Id;
  /** Over the thread, not beside it. */
  readonly over: boolean;
}

/** Beside the thread the details stay open from one conversation to the next; those over it go with it. */
export function useDetails(conversationId: Id | null): DetailsPane {
  const [opened, setOpened] = useState<Opened | null>(null);
  const over = opened?.over === true;
  const open = opened !== null && conversationId !== null && (!over || opened.conversationId === conversationId);
  if (over && !open) setOpened(null);
  const close = useCallback(() => {
    setOpened(null);
  }, []);
  useBackCloses(close, open && over);
  const toggle = useCallback(() => {
    setOpened(open || conversationId === null ? null : { conversationId, over: matchMedia(OVER).matches });
  }, [open, conversationId]);
  return { open, toggle, close };
}
