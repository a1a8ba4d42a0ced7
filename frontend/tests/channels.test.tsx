import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Channel } from "../src/api/types";
import { ChannelBanner } from "../src/channels/ChannelBanner";
import { ChannelChip } from "../src/channels/ChannelChip";
import { isTroubled, TroubledChannelsContext, type TroubledChannels } from "../src/channels/channelState";
import { CHANNEL_WORDS } from "../src/channels/channelWords";
import { channel } from "./rows";

const held = (id: string, fields: Partial<Channel>): Channel => ({ ...channel(id), ...fields });
const troubled = (...rows: Channel[]): TroubledChannels => new Map(rows.filter(isTroubled).map((row) => [row.id, row]));
const banner = (rows: TroubledChannels): void => {
  render(
    <TroubledChannelsContext value={rows}>
      <ChannelBanner />
    </TroubledChannelsContext>,
  );
};
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

test("one banner names the account that is down longest, the effect and the next step", () => {
  const rows = troubled(
    held("1", { name: "Sales", status: "credentials", status_since: "2026-06-02T12:00:00.000Z" }),
    held("2", { name: "Shop", status: "error", status_since: "2026-06-01T12:00:00.000Z" }),
    held("3", { name: "New", status: "connecting" }),
  );
  banner(rows);
  const said = screen.getByRole("status").textContent.replace(/[\u2068\u2069]/gu, "");
  expect(said).toMatch(/^Shop stopped with an error: .* Restart it.* One more account is not connected\./u);
});

test("an account that is connecting, or in a state nobody knows, has a chip and no banner", () => {
  const rows = troubled(held("1", { status: "unknown", status_word: "ON_HOLIDAY" }), held("2", { status: "connecting" }));
  render(
    <TroubledChannelsContext value={rows}>
      <ChannelBanner />
      <ChannelChip channelId="1" />
      <ChannelChip channelId="2" short />
      <ChannelChip channelId="9" />
    </TroubledChannelsContext>,
  );
  expect(screen.queryByRole("status")).toBeNull();
  expect(screen.getByText("ON_HOLIDAY")).toBeTruthy();
  expect(screen.getByRole("img", { name: "Connecting" })).toBeTruthy();
});

test("the banner opens the time line, which pages back and can be tried again", async () => {
  const entry = (id: string, status: string, word: string): object => ({ id, at: `2026-06-0${id}T12:00:00.000Z`, status, status_word: word });
  const asked = (): string[] => answer.mock.calls.map(([address]) => address as string);
  answer.mockRejectedValueOnce(new TypeError("down"));
  answer.mockResolvedValueOnce(json({ items: [entry("2", "credentials", "CREDENTIALS")], last_delivery_at: null, next_cursor: "c" }));
  answer.mockResolvedValueOnce(json({ items: [entry("1", "ok", "OK")], last_delivery_at: null, next_cursor: null }));
  banner(troubled(held("7", { status: "credentials" })));
  const press = async (name: string): Promise<void> => {
    await act(async () => {
      fireEvent.click(screen.getByRole("button", { name, hidden: true }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
  };
  await press(CHANNEL_WORDS.timeLine);
  expect(screen.getByText(CHANNEL_WORDS.failed)).toBeTruthy();
  await press("Try again");
  expect(screen.getByText("Signed out")).toBeTruthy();
  expect(screen.getByText(CHANNEL_WORDS.noDelivery)).toBeTruthy();
  await press(CHANNEL_WORDS.more);
  expect(screen.getByText("Connected")).toBeTruthy();
  expect(screen.queryByRole("button", { name: CHANNEL_WORDS.more, hidden: true })).toBeNull();
  expect(asked().at(-1)).toContain("/channels/7/statuses/?cursor=c");
});
