import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Channel } from "../src/api/types";
import { AlarmBar } from "../src/channels/AlarmBar";
import { ChannelChip } from "../src/channels/ChannelChip";
import { isTroubled, TroubledChannelsContext, type TroubledChannels } from "../src/channels/channelState";
import { CHANNEL_WORDS } from "../src/channels/channelWords";
import { TimeLine } from "../src/channels/TimeLine";
import { troublesOf } from "../src/channels/troubles";
import { alarm, channel } from "./rows";

const held = (id: string, fields: Partial<Channel>): Channel => ({ ...channel(id), ...fields });
const troubled = (...rows: Channel[]): TroubledChannels => new Map(rows.filter(isTroubled).map((row) => [row.id, row]));
const said = (): string => screen.getByRole("status").textContent.replace(/[\u2068\u2069]/gu, "");
const answer = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal("fetch", answer);
});

afterEach(() => {
  cleanup();
  answer.mockReset();
  vi.unstubAllGlobals();
});

const json = (body: unknown): Response => new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });

test("accounts that work, and those nobody has said anything of, are no trouble", () => {
  expect(isTroubled(held("1", { status: "ok" }))).toBe(false);
  expect(isTroubled(held("1", { status: "unknown", status_word: null }))).toBe(false);
  expect(isTroubled(held("1", { status: "unknown", status_word: "ON_HOLIDAY" }))).toBe(true);
});

test("one bar names the account that is down longest, the effect and the next step", () => {
  const rows = [
    held("1", { name: "Sales", status: "credentials", status_since: "2026-06-02T12:00:00.000Z" }),
    held("2", { name: "Shop", status: "error", status_since: "2026-06-01T12:00:00.000Z" }),
    held("3", { name: "New", status: "connecting" }),
    held("5", { name: "Resting", status: "credentials", status_since: "2026-05-01T12:00:00.000Z", paused_at: "2026-06-01T12:00:00.000Z" }),
    held("4", { name: "Old", status: "deleted", status_since: "2026-05-01T12:00:00.000Z" }),
  ];
  render(<AlarmBar channels={rows} />);
  expect(said()).toMatch(/^Shop on WhatsApp stopped with an error: .* Restart it.* since 1 Jun \d\d:001 more/u);
  expect(screen.getByRole("link", { name: "To the accounts" }).getAttribute("href")).toBe("/accounts?account=2");
});

test("an account that is connecting, or in a state nobody knows, has a chip and nothing in the bar", () => {
  const rows = troubled(held("1", { status: "unknown", status_word: "ON_HOLIDAY" }), held("2", { status: "connecting" }));
  render(
    <TroubledChannelsContext value={rows}>
      <AlarmBar channels={[...rows.values()]} />
      <ChannelChip channelId="1" />
      <ChannelChip channelId="2" short />
      <ChannelChip channelId="9" />
    </TroubledChannelsContext>,
  );
  expect(said()).toBe("");
  expect(screen.getByText("ON_HOLIDAY")).toBeTruthy();
  expect(screen.getByRole("img", { name: "Connecting" })).toBeTruthy();
});

test("the time line pages back and can be tried again", async () => {
  const entry = (id: string, status: string, word: string): object => ({ id, at: `2026-06-0${id}T12:00:00.000Z`, status, status_word: word });
  const asked = (): string[] => answer.mock.calls.map(([address]) => address as string);
  answer.mockRejectedValueOnce(new TypeError("down"));
  answer.mockResolvedValueOnce(json({ items: [entry("2", "credentials", "CREDENTIALS")], last_delivery_at: null, next_cursor: "c" }));
  answer.mockResolvedValueOnce(json({ items: [entry("1", "ok", "OK")], last_delivery_at: null, next_cursor: null }));
  render(<TimeLine channel={held("7", { status: "credentials" })} onClose={vi.fn()} />);
  await act(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
  const press = async (name: string): Promise<void> => {
    await act(async () => {
      fireEvent.click(screen.getByRole("button", { name, hidden: true }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
  };
  expect(screen.getByText(CHANNEL_WORDS.failed)).toBeTruthy();
  await press("Try again");
  expect(screen.getByText("Signed out")).toBeTruthy();
  expect(screen.getByText(CHANNEL_WORDS.noDelivery)).toBeTruthy();
  await press(CHANNEL_WORDS.more);
  expect(screen.getByText("Connected")).toBeTruthy();
  expect(screen.queryByRole("button", { name: CHANNEL_WORDS.more, hidden: true })).toBeNull();
  expect(asked().at(-1)).toContain("/channels/7/statuses/?cursor=c");
});

test("an alarm of the installation, told in every account, is told once; a state and its alarm are one trouble", () => {
  const everywhere = alarm("2", { kind: "disk_full", channel_id: null });
  const rows = [
    held("1", { status: "credentials", alarms: [everywhere, alarm("3", { reason: "credentials" })] }),
    held("2", { status: "ok", alarms: [everywhere] }),
  ];
  expect(troublesOf(rows).map(({ key, alarm: one }) => [key, one?.id])).toEqual([["account 1", "3"], ["2", "2"]]);
});

test("an account that works again is no trouble, though its alarm is closed a little later", () => {
  const rows = [held("1", { status: "ok", alarms: [alarm("3", { reason: "credentials" })] })];
  expect(troublesOf(rows)).toEqual([]);
  expect(troublesOf([held("1", { status: "ok", alarms: [alarm("3", { reason: "disconnected" })] })])).toHaveLength(1);
});

test("what somebody has seen leaves the bar; who may not say so is not asked to", async () => {
  const seen = alarm("3", { reason: "error", acknowledged_at: "2026-06-03T13:00:00.000Z" });
  const { rerender } = render(<AlarmBar channels={[held("1", { status: "error", alarms: [seen] })]} />);
  expect(said()).toBe("");
  const open = { status: "error", alarms: [alarm("3", { reason: "error" })] };
  rerender(<AlarmBar channels={[held("1", { ...open, role: "member" })]} />);
  expect(screen.queryByRole("button")).toBeNull();
  rerender(<AlarmBar channels={[held("1", { ...open, role: "admin" })]} />);
  answer.mockResolvedValueOnce(json(seen));
  await act(async () => {
    fireEvent.click(screen.getByRole("button", { name: "Mark as seen" }));
    await Promise.resolve();
  });
  expect(answer.mock.calls[0]?.[0]).toContain("/alarms/3/acknowledge/");
});
