/** JSON as it was sent: numbers keep their digits, and keys that stand twice are both there only in the raw text. */

export interface RawNumber {
  readonly digits: string;
}

export type Tree = null | boolean | string | RawNumber | readonly Tree[] | { readonly [key: string]: Tree };

/** `undefined` where the text is no JSON. */
export function parseTree(text: string): Tree | undefined {
  try {
    return JSON.parse(text, keepDigits) as Tree;
  } catch {
    return undefined;
  }
}

/** Browsers that tell no source round large numbers, and are not to pretend otherwise; the raw text has them whole. */
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number") return value;
  const isWhole = Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return new Digits(context?.source ?? (isWhole ? String(value) : `≈ ${String(value)}`));
}

class Digits implements RawNumber {
  constructor(readonly digits: string) {}
}

export function isNumber(tree: Tree): tree is RawNumber {
  return tree instanceof Digits;
}
