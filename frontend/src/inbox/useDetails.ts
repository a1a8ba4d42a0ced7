import { useCallback, useState } from "react";

import { closeOver, openOver, useOver } from "../lib/router";

/** As in layout.css: there the details cover the whole screen, and Back closes them. */
const PHONE = "(max-width: 719.98px)";

interface DetailsPane {
  readonly open: boolean;
  readonly toggle: () => void;
  readonly close: () => void;
}

/** Beside the thread the details stay open from one conversation to the next; over it they are a step of their own. */
export function useDetails(): DetailsPane {
  const [beside, setBeside] = useState(false);
  const over = useOver();
  const open = beside || over;
  const close = useCallback(() => {
    setBeside(false);
    closeOver();
  }, []);
  const toggle = useCallback(() => {
    if (open) close();
    else if (matchMedia(PHONE).matches) openOver();
    else setBeside(true);
  }, [open, close]);
  return { open, toggle, close };
}
