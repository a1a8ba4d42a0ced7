import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useRef } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { useFixedWindow } from "../src/inbox/useFixedWindow";

const ROW_PX = 10;
const VIEW_PX = 100;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function List() {
  const scroller = useRef<HTMLDivElement>(null);
  const { drawn, onScroll } = useFixedWindow(scroller, ROW_PX, 1000);
  return (
    <div ref={scroller} role="list" data-from={drawn.from} data-to={drawn.to} onScroll={onScroll} />
  );
}

function scrollTo(row: number): number[] {
  const list = screen.getByRole("list");
  Object.defineProperty(list, "clientHeight", { value: VIEW_PX, configurable: true });
  Object.defineProperty(list, "scrollTop", { value: row * ROW_PX, configurable: true });
  fireEvent.scroll(list);
  return drawn();
}

const drawn = (): number[] => {
  const { from, to } = screen.getByRole("list").dataset;
  return [Number(from), Number(to)];
};

test("what is in view is always drawn; what is beyond it, unless the view leaps", () => {
  render(<List />);
  expect(scrollTo(3)).toEqual([0, 27]);
  expect(scrollTo(11)).toEqual([0, 35]);
  expect(scrollTo(500)).toEqual([500, 511]);
  expect(scrollTo(900)).toEqual([900, 911]);
  act(() => {
    vi.advanceTimersByTime(100);
  });
  expect(drawn()).toEqual([888, 923]);
  expect(scrollTo(995)).toEqual([995, 1000]);
  expect(scrollTo(990)).toEqual([976, 1000]);
});
