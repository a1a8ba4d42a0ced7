/** Runs of combining marks beyond what any script uses are ornament that paints over its neighbours. */
const MARK_RUN = /(\p{M}{6})\p{M}+/gu;
/** Control characters but tab, line feed and carriage return; lone surrogates. */
// eslint-disable-next-line no-control-regex -- naming them is the point
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
/** Marks that steer the direction of all text after them; the element's own isolation replaces them. */
const DIRECTION_MARKS = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g;

/** Text as it may be shown: same words, without what could break the line or the page. */
export function presentable(text: string): string {
  return text.replace(CONTROLS, "").replace(MARK_RUN, "$1").toWellFormed();
}

/** The beginning of a text on one line, for previews, names and titles. */
export function oneLine(text: string, limit = 200): string {
  return presentable(text.slice(0, limit * 2))
    .replace(DIRECTION_MARKS, "")
    .replace(/\s+/gu, " ")
    .trim()
    .slice(0, limit)
    .toWellFormed();
}

/** For joining foreign text into a sentence: its direction stays its own. */
export function isolated(text: string): string {
  return `\u2068${oneLine(text)}\u2069`;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The first characters as a reader counts them. */
export function firstCharacters(text: string, count: number): string {
  let found = "";
  let left = count;
  for (const { segment } of graphemes.segment(text)) {
    if (left === 0) break;
    found += segment;
    left -= 1;
  }
  return found;
}

/** Folded for a comparison that ignores case and accents. */
export function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

/** `1.4 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** A small stable number for a text (FNV-1a, 32 bits). */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
