const whenIdle: (work: () => void) => void =
  typeof requestIdleCallback === "undefined" ? (work) => setTimeout(work, 50) : (work) => requestIdleCallback(work);

/** Resolves when nothing else is to be done. */
export function idle(): Promise<void> {
  return new Promise((resolve) => {
    whenIdle(resolve);
  });
}
