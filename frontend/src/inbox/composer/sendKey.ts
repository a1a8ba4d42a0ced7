import type { SendKey } from "../../sync/device";

/** What of a key press decides whether it sends. */
export interface Press {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly isComposing: boolean;
  readonly keyCode: number;
}

/** An input method's own Enter; some browsers tell it by this code only. */
const COMPOSING_CODE = 229;

/** On a telephone's keyboard Enter makes a line: there the button sends. */
export function sends(press: Press, sendKey: SendKey, touch: boolean): boolean {
  if (press.key !== "Enter" || press.isComposing || press.keyCode === COMPOSING_CODE) return false;
  if (press.ctrlKey || press.metaKey) return true;
  return sendKey === "enter" && !touch && !press.shiftKey && !press.altKey;
}
