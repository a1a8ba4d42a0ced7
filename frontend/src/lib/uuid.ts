/** The last time and counter given, so that two of one millisecond still sort as they were made. */
let last = { milliseconds: 0, counter: 0 };

/** A UUID of version 7: sorts by the time it was made. Also where the page is not a secure context. */
export function uuid7(now: number = Date.now()): string {
  const again = now <= last.milliseconds;
  last = again
    ? { milliseconds: last.milliseconds, counter: last.counter + 1 }
    : { milliseconds: now, counter: Math.floor(Math.random() * 0x400) };
  if (last.counter > 0xfff) last = { milliseconds: last.milliseconds + 1, counter: 0 };
  const random = crypto.getRandomValues(new Uint8Array(8));
  const time = last.milliseconds.toString(16).padStart(12, "0");
  const counter = last.counter.toString(16).padStart(3, "0");
  const rest = [...random].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = (8 + ((random[0] ?? 0) & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${rest.slice(1, 4)}-${rest.slice(4)}`;
}
