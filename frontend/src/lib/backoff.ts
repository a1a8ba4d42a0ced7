const FIRST_CEILING_MS = 1_000;
const LAST_CEILING_MS = 10_000;

/**
 * How long to wait before try number `attempt` (from 0): anywhere below a ceiling that doubles up to 10 s, so that
 * all browsers of a restarted server do not return in one moment.
 */
export function jitteredDelay(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(LAST_CEILING_MS, FIRST_CEILING_MS * 2 ** attempt);
}

/** Resolves after `milliseconds`, or at once when the signal fires. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done);
  });
}
