import { act, cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { useTicks } from "../src/lib/useTicks";

let visibility: DocumentVisibilityState = "visible";

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility);
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function see(state: DocumentVisibilityState): void {
  visibility = state;
  act(() => {
    document.dispatchEvent(new Event("visibilitychange"));
  });
}

function Clock({ every, tick }: { readonly every: number | null; readonly tick: () => void }) {
  useTicks(every, tick);
  return null;
}

test("a page that was hidden while the time ran out goes on as soon as it is seen again", () => {
  const tick = vi.fn();
  const { rerender } = render(<Clock every={1000} tick={tick} />);
  vi.advanceTimersByTime(2500);
  expect(tick).toHaveBeenCalledTimes(2);
  see("hidden");
  vi.advanceTimersByTime(60_000);
  expect(tick).toHaveBeenCalledTimes(2);
  see("visible");
  expect(tick).toHaveBeenCalledTimes(3);
  vi.advanceTimersByTime(1000);
  expect(tick).toHaveBeenCalledTimes(4);
  rerender(<Clock every={null} tick={tick} />);
  vi.advanceTimersByTime(60_000);
  expect(tick).toHaveBeenCalledTimes(4);
});
