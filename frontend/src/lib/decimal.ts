/** Orders two decimal strings without leading zeros (ids and versions, up to 2^64 and beyond) as numbers. */
export function compareDecimal(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A text that sorts as the number does: the count of digits first. */
export function sortableDecimal(value: string): string {
  return String(value.length).padStart(2, "0") + value;
}
