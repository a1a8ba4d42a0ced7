import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { HistoryChat, HistoryRun } from "../src/api/schema";
import History from "../src/history/History";
import { Coverage } from "../src/history/Coverage";
import { chatShare, isUnfinished, ourShare, partsOf, sinceOf, theirShare } from "../src/history/runs";
import { refusalWords, spanOf } from "../src/history/words";
import { historyPath, routeOf } from "../src/lib/router";
import { applyChannels, claimTerm } from "../src/sync/apply";
import { ClientContext, type Client } from "../src/sync/client";
import { freshClient } from "./client";
import { channel, historyRun } from "./rows";
import { eventually } from "./store";

test.each([
  [historyRun({ found: 40, expected: null }), null],
  [historyRun({ found: 40, expected: 0 }), null],
  [historyRun({ found: 40, expected: 160 }), 0.25],
  [historyRun({ found: 170, expected: 160 }), 0.99],
  [historyRun({ found: 170, expected: 160, state: "done" }), 1],
])("our bar is full only when it is done: %#", (run, share) => {
  expect(ourShare(run)).toBe(share);
});

const historyChat = (fields: Partial<HistoryChat>): HistoryChat => ({
  chat_id: "3",
  external_id: "x3",
  title: "Ana",
  state: "copying",
  found: 40,
  expected: null,
  stored: 40,
  changed: 0,
  known: 0,
  refused: 0,
  active_at: null,
  newest_at: null,
  oldest_at: null,
  covered_since: null,
  is_whole: false,
  ...fields,
});

test.each([
  [historyChat({}), null, "going on"],
  [historyChat({ expected: 160 }), 0.25, "going on"],
  [historyChat({ expected: 30 }), 0.99, "going on"],
  [historyChat({ state: "waiting", found: 0, covered_since: "2026-05-03T12:00:00.000Z" }), 0, "not yet"],
  [historyChat({ state: "stopped" }), 0, "stopped before its end"],
  [historyChat({ state: "stopped", expected: 80, covered_since: "2026-05-03T12:00:00.000Z" }), 0.5, "since 3 May"],
  [historyChat({ state: "done", expected: 40, covered_since: "2026-05-03T12:00:00.000Z" }), 1, "since 3 May"],
  [historyChat({ state: "stopped", is_whole: true }), 1, "whole"],
])("a chat's bar is as full as it is here, and says since when: %#", (chat, share, said) => {
  expect(chatShare(chat)).toBe(share);
  render(<Coverage chat={chat} name="Ana" now={new Date("2026-05-18T12:00:00.000Z")} />);
  const bar = screen.getByRole("progressbar", { name: /How much of .*Ana.* is here/u });
  expect(bar.getAttribute("aria-valuetext")).toBe(said);
  expect(bar.getAttribute("value")).toBe(share === null ? null : String(share));
});

test("upstream's bar is full once it says so, and else has no telling", () => {
  expect([null, true, false].map((is_import_running) => theirShare({ is_import_running }))).toEqual([null, null, 1]);
});

test("what was found is the sum of its parts", () => {
  const refused = [
    { reason: "unreadable: missing_field", count: 2 },
    { reason: "quarantined: The chat is unknown.", count: 1 },
  ];
  const run = historyRun({ found: 20, stored: 10, changed: 3, known: 4, refused });
  expect(partsOf(run).reduce((sum, [, count]) => sum + count, 0)).toBe(run.found);
  expect(refused.map(({ reason }) => refusalWords(reason))).toEqual(["could not be read (missing_field)", "The chat is unknown."]);
});

test.each([
  [0.2, "1 s"],
  [59, "59 s"],
  [60, "1 min"],
  [3599, "1 h"],
  [3 * 3600 + 300, "3 h 5 min"],
])("%d seconds left", (seconds, said) => {
  expect(spanOf(seconds)).toBe(said);
});

test("a depth is a moment, and everything none", () => {
  const now = new Date("2026-05-31T12:00:00.000Z");
  expect(sinceOf("month", now)).toBe("2026-05-01T12:00:00.000Z");
  expect(sinceOf("year", now)).toBe("2025-05-31T12:00:00.000Z");
  expect(sinceOf("all", now)).toBeNull();
});

test("the page has its own address", () => {
  expect(routeOf("/accounts/7/history")).toEqual({ screen: "history", channelId: "7" });
  expect(historyPath("7", { run: "2", with: "1" })).toBe("/accounts/7/history?run=2&with=1");
});

let client: Client;
let run: HistoryRun;
let asked: string[];
let visibility: DocumentVisibilityState;

beforeEach(async () => {
  visibility = "visible";
  asked = [];
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility);
  vi.stubGlobal("fetch", (address: string) => {
    asked.push(address);
    const page = { items: address.includes("/history/") ? [run] : [], next_cursor: null };
    const body = address.endsWith("history/5/") ? run : address.includes('chats/') ? { items: [], next_cursor: null } : page;
    const calls = { day: "2026-05-18", calls: 214, by_purpose: {}, per_day: 20_000, avoided: 38_120, paused_until: null };
    return Promise.resolve(new Response(JSON.stringify(address.includes("/calls/") ? calls : body)));
  });
  client = await freshClient();
  const { db } = client;
  const term = await claimTerm(db);
  await db.write("active", 0);
  await applyChannels(db, { side: 0, term }, [channel("1")]);
});

afterEach(() => {
  cleanup();
  client.engine.stop();
  vi.unstubAllGlobals();
});

const looks = (): number => asked.filter((address) => address.endsWith("history/5/")).length;

test("a run is followed while the page is seen, up to its end", async () => {
  run = historyRun({ id: "5", found: 40, expected: 160, stored: 40 });
  render(
    <ClientContext value={client}>
      <History channelId="1" />
    </ClientContext>,
  );
  await screen.findByText("40 of about 160 messages");
  await screen.findByText("214 calls today, 38,120 avoided");
  visibility = "hidden";
  run = { ...run, state: "done", found: 160, stored: 160, ended_at: "2026-05-18T12:00:00.000Z" };
  expect(isUnfinished(run)).toBe(false);
  visibility = "visible";
  act(() => {
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await screen.findByText("Done: 160 messages");
  expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
  const after = looks();
  act(() => {
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await eventually(() => {
    expect(looks()).toBe(after);
  });
});
