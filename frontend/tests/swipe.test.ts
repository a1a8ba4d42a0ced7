import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { swipe, type Way } from "../src/inbox/swipe";

const onSwipe = vi.fn<(row: HTMLElement, way: Way) => void>();
const says = vi.fn<(row: HTMLElement, way: Way) => string | null>();
let leaving: AbortController;
let list: HTMLElement;
let row: HTMLElement;

beforeEach(() => {
  onSwipe.mockReset();
  says.mockReset();
  says.mockImplementation((_, way) => `to the ${way}`);
  leaving = new AbortController();
  list = document.createElement("div");
  row = list.appendChild(document.createElement("div"));
  document.body.append(list);
  swipe(list, leaving.signal, { rowOf: (target) => (target === row ? row : null), label: says, onSwipe });
});

afterEach(() => {
  leaving.abort();
  list.remove();
});

function touch(type: string, x: number, y: number, fields: Partial<PointerEventInit> & { readonly at?: number } = {}): void {
  const event = new PointerEvent(type, { bubbles: true, pointerType: "touch", isPrimary: true, clientX: x, clientY: y, ...fields });
  Object.defineProperty(event, "timeStamp", { value: fields.at ?? 0 });
  row.dispatchEvent(event);
}

function stroke(...points: readonly (readonly [x: number, y: number])[]): void {
  const [first = [0, 0], ...rest] = points;
  touch("pointerdown", ...first);
  for (const point of rest) touch("pointermove", ...point);
}

const lift = (x: number): void => {
  touch("pointerup", x, 100);
};

describe("a finger on a row", () => {
  test.each([
    [100, "left"],
    [300, "right"],
  ] as const)("that strokes to %d goes %s: the row follows, says what it would do, and does it when let go", (end, way) => {
    stroke([200, 100], [200 + (end - 200) / 2, 104], [end, 106]);
    expect(row.style.getPropertyValue("--swipe")).toBe(`${end - 200}px`);
    expect([row.dataset["swipe"], row.dataset["swipeWay"], row.hasAttribute("data-swipe-taken")]).toEqual([`to the ${way}`, way, true]);
    expect(onSwipe).not.toHaveBeenCalled();
    lift(end);
    expect(onSwipe).toHaveBeenCalledExactlyOnceWith(row, way);
    expect([Object.keys(row.dataset), row.style.getPropertyValue("--swipe")]).toEqual([[], ""]);
  });

  test("that goes back before it is let go does nothing", () => {
    stroke([200, 100], [310, 100], [230, 100]);
    expect([row.dataset["swipe"], row.hasAttribute("data-swipe-taken")]).toEqual(["to the right", false]);
    lift(230);
    expect(onSwipe).not.toHaveBeenCalled();
    expect(row.dataset["swipe"]).toBeUndefined();
  });

  test("that goes where nothing is to be done leaves it where it stands, and does nothing on its way back either", () => {
    says.mockReturnValue(null);
    stroke([200, 100], [100, 100], [320, 100]);
    expect([row.dataset["swipe"], row.style.getPropertyValue("--swipe")]).toEqual([undefined, ""]);
    lift(320);
    expect(onSwipe).not.toHaveBeenCalled();
  });

  test("that scrolls leaves the row alone, however far it goes sideways later", () => {
    stroke([200, 100], [206, 115], [320, 120]);
    lift(320);
    expect([row.dataset["swipe"], onSwipe.mock.calls.length]).toEqual([undefined, 0]);
  });

  test("that the phone takes over puts the row back", () => {
    stroke([200, 100], [310, 100]);
    touch("pointercancel", 310, 100);
    lift(310);
    expect([row.dataset["swipe"], onSwipe.mock.calls.length]).toEqual([undefined, 0]);
  });

  test.each([
    ["a mouse", 200, { pointerType: "mouse" }, 0],
    ["a second finger", 200, { isPrimary: false }, 0],
    ["a stroke from the edge of the screen", 10, {}, 0],
    ["a finger that has rested", 200, {}, 500],
  ] as const)("%s swipes nothing", (_, start, fields, at) => {
    touch("pointerdown", start, 100, fields);
    touch("pointermove", start + 150, 100, { ...fields, at });
    touch("pointerup", start + 150, 100, fields);
    expect([row.dataset["swipe"], onSwipe.mock.calls.length]).toEqual([undefined, 0]);
  });

  test("whose swipe has ended presses nothing, and the next press is one again", () => {
    const pressed = vi.fn();
    list.addEventListener("click", pressed, { signal: leaving.signal });
    stroke([200, 100], [310, 100]);
    lift(310);
    row.click();
    expect(pressed).not.toHaveBeenCalled();
    touch("pointerdown", 200, 100);
    row.click();
    expect(pressed).toHaveBeenCalledOnce();
  });
});
