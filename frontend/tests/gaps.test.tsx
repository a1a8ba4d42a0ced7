import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";

import type { Gap } from "../src/api/schema";
import { GapAbove, Gaps } from "../src/gaps/GapMark";
import { gapAbove, gapPlaces, gapSpans, recoveredRows, type GapSpan } from "../src/gaps/marks";
import { gapWords, lateness } from "../src/gaps/words";
import { placeMessages } from "../src/inbox/grouping";
import { toLocal } from "../src/sync/rows";
import { at, message } from "./rows";
import { eventually } from "./store";

const gap = (starts: number, ends: number | null, fields: Partial<Gap> = {}): Gap => ({
  id: String(starts),
  trigger: "status",
  state: "waiting",
  starts_at: at(starts),
  ends_at: ends === null ? null : at(ends),
  ...fields,
});

const span = (starts: number, ends: number | null, state: GapSpan["state"] = "waiting"): GapSpan => ({
  startsAt: at(starts),
  endsAt: ends === null ? null : at(ends),
  state,
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the times in which messages may be missing", () => {
  test.each([
    ["in their order", [gap(50, 60), gap(10, 20)], [span(10, 20), span(50, 60)]],
    ["one where they meet", [gap(10, 20), gap(20, 30, { state: "running" }), gap(15, 18)], [span(10, 30, "running")]],
    ["without an end while one lasts", [gap(10, null, { state: "open" }), gap(40, 50)], [span(10, null)]],
    ["without those that only look", [gap(10, 20, { trigger: "person" }), gap(30, 40, { trigger: "nightly" })], []],
  ])("%s", (_, gaps, spans) => {
    expect(gapSpans(gaps)).toEqual(spans);
  });

  const rows = [10, 20, 30].map((second) => ({ sent_at: at(second) }));
  const placesOf = (one: GapSpan, fromFirst: boolean, toNewest: boolean): number[] => [
    ...gapPlaces([one], rows, { fromFirst, toNewest }).keys(),
  ];

  test("stand above the first message after they began, and nowhere outside of what is drawn", () => {
    expect(placesOf(span(15, 17), false, false)).toEqual([1]);
    expect(placesOf(span(20, 60), false, false)).toEqual([1]);
    expect(placesOf(span(5, 60), false, true)).toEqual([]);
    expect(placesOf(span(5, 60), true, true)).toEqual([0]);
    expect(placesOf(span(40, null), true, false)).toEqual([]);
    expect(placesOf(span(40, null), true, true)).toEqual([3]);
  });
});

describe("what may be missing above what is drawn", () => {
  const rows = [10, 20, 30].map((second) => ({ sent_at: at(second) }));

  test.each([
    ["is told", [span(5, 7)], false, "waiting"],
    ["is told of several as of one", [span(2, 3), span(5, 12, "running")], false, "running"],
    ["is not told where its mark stands among the messages", [span(15, 17)], false, null],
    ["is not told where the first message is drawn", [span(5, 7)], true, null],
  ] as const)("%s", (_, spans, fromFirst, state) => {
    expect(gapAbove(spans, rows, { fromFirst })).toBe(state);
  });

  test("of a thread without messages nothing is told", () => {
    expect(gapAbove([span(5, 7)], [], { fromFirst: false })).toBeNull();
  });

  test("the hint has it looked for, and says so", async () => {
    const fetched = vi.fn<typeof fetch>(() => Promise.resolve(new Response("{}", { status: 201 })));
    vi.stubGlobal("fetch", fetched);
    render(<GapAbove state="waiting" channelId="7" />);
    expect(screen.getByRole("note").textContent).toContain(gapWords.above);
    await act(async () => {
      fireEvent.click(screen.getByRole("button", { name: gapWords.load }));
      await Promise.resolve();
    });
    expect(fetched.mock.calls[0]?.[0]).toBe("/api/v1/communications/channels/7/comparisons/");
    expect(screen.getByRole("status").textContent).toBe(gapWords.asked);
  });
});

describe("recovered messages", () => {
  const row = (second: number, late: number | null): Parameters<typeof message>[1] => ({
    sent_at: at(second),
    received_at: at(second + (late ?? 0)),
    found_by: late === null ? null : "repair",
  });

  test("are counted in a row, with how late the latest came", () => {
    const rows = [row(1, null), row(2, 3120), row(3, 60), row(4, null), row(5, 30)].map((fields) => message("1", fields));
    const found = recoveredRows(rows, () => false);
    expect([...found]).toEqual([
      [1, { count: 2, lateMs: 3_120_000 }],
      [4, { count: 1, lateMs: 30_000 }],
    ]);
    expect([...found.values()].map((one) => gapWords.recovered(one))).toEqual([
      "2 messages recovered, up to 52 min late",
      "1 message recovered, 30 s late",
    ]);
    expect([...recoveredRows(rows, (index) => index === 2).keys()]).toEqual([1, 2, 4]);
  });

  test("and what may be missing part the bubbles of one sender", () => {
    const rows = [row(1, null), row(2, null), row(3, 60), row(4, 60)].map((fields, index) =>
      toLocal.message(message(String(index), fields)),
    );
    const placed = placeMessages(rows, null, new Map([[1, [span(2, 3)]]]));
    expect(placed.map((one) => `${one.gaps.length}${one.recovered?.count ?? 0}${one.startsGroup ? "(" : ""}${one.endsGroup ? ")" : ""}`)).toEqual([
      "00()",
      "10()",
      "02(",
      "00)",
    ]);
  });

  test.each([
    [400, "1 s"],
    [59_000, "59 s"],
    [52 * 60_000, "52 min"],
    [3 * 3_600_000, "3 h"],
    [70 * 3_600_000, "3 days"],
  ])("%i ms late", (milliseconds, said) => {
    expect(lateness(milliseconds)).toBe(said);
  });
});

describe("a mark", () => {
  const now = new Date(at(100));
  const clock = (iso: string): string => new Date(iso).toTimeString().slice(0, 5);

  test.each([
    ["running", span(0, 840, "running"), `Messages between ${clock(at(0))} and ${clock(at(840))} may be missing.`, "Checking…"],
    ["open", span(0, null, "open"), `Messages since ${clock(at(0))} may be missing.`, gapWords.next.open],
    ["held", span(0, 20, "held"), `Messages around ${clock(at(0))} may be missing.`, gapWords.next.held],
  ])("says when it is %s", (_, one, said, next) => {
    render(<Gaps spans={[one]} channelId="1" now={now} />);
    screen.getByText(said);
    screen.getByText(next);
    expect(screen.queryByRole("button") !== null).toBe(one.state === "held");
  });

  test("has the account compared, and says why not", async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(() =>
      Promise.resolve(new Response(JSON.stringify({ code: "not_possible", detail: "The account is not connected." }), { status: 409 })),
    );
    vi.stubGlobal("fetch", fetch);
    render(<Gaps spans={[span(0, 840)]} channelId="7" now={now} />);
    act(() => {
      fireEvent.click(screen.getByRole("button", { name: "Load missing" }));
    });
    screen.getByText("Checking…");
    await eventually(() => screen.getByText("The account is not connected."));
    expect(fetch.mock.calls[0]?.[0]).toBe("/api/v1/communications/channels/7/comparisons/");
    screen.getByRole("button", { name: "Load missing" });
  });
});
