import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { pauseAccount } from "../src/api/accounts";
import type { AccountAct, ChannelHealth, Setup, Webhooks } from "../src/api/schema";
import { AccountCard } from "../src/accounts/AccountCard";
import { ConnectDialog } from "../src/accounts/ConnectDialog";
import { shownState } from "../src/accounts/AccountState";
import { ProxyDialog } from "../src/accounts/ProxyDialog";
import { RemoveDialog } from "../src/accounts/RemoveDialog";
import { deliveryWords } from "../src/accounts/setup/deliveryWords";
import { SetupSteps, stepStates } from "../src/accounts/setup/SetupSteps";
import { setupWords } from "../src/accounts/setup/words";
import { SparkLine } from "../src/accounts/SparkLine";
import { SCAN_WORDS, words } from "../src/accounts/words";
import { agoWords } from "../src/lib/time";
import { alarm, channel } from "./rows";
import { eventually } from "./store";

const answer = vi.fn<typeof fetch>();
const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

const acting = (fields: Partial<AccountAct>): AccountAct => ({
  id: "5",
  channel_id: null,
  act: "connect",
  account_type: "WHATSAPP",
  state: "asking",
  asks: null,
  qr_text: null,
  pairing_code: null,
  url: null,
  expires_at: null,
  reason_code: null,
  reason: null,
  asked_at: "2026-06-01T12:00:00.000Z",
  ...fields,
});

const sent = (): { path: string; body: unknown }[] =>
  answer.mock.calls.map(([path, init]) => ({ path: path as string, body: JSON.parse((init?.body as string | null) ?? "null") as unknown }));

beforeEach(() => {
  vi.stubGlobal("fetch", answer);
});

afterEach(() => {
  cleanup();
  answer.mockReset();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function connect(first: AccountAct, prepare: () => void = () => undefined): Promise<void> {
  answer.mockImplementation((path) => Promise.resolve(json(first, (path as string).endsWith("accounts/") ? 201 : 200)));
  render(<ConnectDialog again={null} arrived={false} onClose={vi.fn()} />);
  prepare();
  await act(async () => {
    fireEvent.click(screen.getByRole("button", { name: words.go, hidden: true }));
    await Promise.resolve();
  });
}

test("WhatsApp is connected by an image that is drawn here", async () => {
  await connect(acting({ asks: "QRCODE", qr_text: "2@abcdef", expires_at: "2100-01-01T00:00:00.000Z" }));
  await eventually(() => screen.getByRole("img", { name: words.qr, hidden: true }));
  expect(screen.getByText(SCAN_WORDS.get("whatsapp") ?? "")).toBeTruthy();
  expect(sent()[0]).toMatchObject({ path: "/api/v1/communications/accounts/", body: { account_type: "whatsapp", way: "page" } });
});

test("with a number, a code is shown to type on the phone", async () => {
  await connect(acting({ asks: "QRCODE", qr_text: "2@abcdef", pairing_code: "ABCD-EFGH" }), () => {
    fireEvent.click(screen.getByLabelText(words.byPhone));
    fireEvent.change(screen.getByLabelText(words.phone), { target: { value: "+351 912 345 678" } });
  });
  await eventually(() => screen.getByText("ABCD-EFGH"));
  expect(screen.queryByRole("img", { name: words.qr, hidden: true })).toBeNull();
  expect(sent()[0]).toMatchObject({ body: { phone: "+351 912 345 678" } });
});

test("a provider that has no image goes by a link that opens elsewhere", async () => {
  await connect(acting({ act: "link", asks: "LINK", url: "https://account.example/x" }), () => {
    fireEvent.change(screen.getByLabelText(words.provider), { target: { value: "linkedin" } });
  });
  const link = await eventually(() => screen.getByRole("link", { name: words.openLink, hidden: true }));
  expect(link.getAttribute("rel")).toContain("noopener");
  expect(sent()[0]).toMatchObject({ body: { account_type: "linkedin", way: "link" } });
});

test("a code that the provider sent is typed and handed on", async () => {
  await connect(acting({ asks: "OTP", expires_at: "2100-01-01T00:00:00.000Z" }));
  await eventually(() => screen.getByLabelText(words.code));
  fireEvent.change(screen.getByLabelText(words.code), { target: { value: " 123456 " } });
  await act(async () => {
    fireEvent.click(screen.getByRole("button", { name: words.sendCode, hidden: true }));
    await Promise.resolve();
  });
  expect(sent().find(({ path }) => path.endsWith("/acts/5/answer/"))?.body).toEqual({ code: "123456" });
});

test("a failure says why, and can be tried again", async () => {
  await connect(acting({ state: "failed", reason: "Another attempt is still open." }));
  await eventually(() => screen.getByText("Another attempt is still open."));
  await act(async () => {
    fireEvent.click(screen.getByRole("button", { name: words.renew, hidden: true }));
    await Promise.resolve();
  });
  expect(sent().some(({ path }) => path.endsWith("/acts/5/renew/"))).toBe(true);
});

test("an image that expired is replaced by itself", async () => {
  await connect(acting({ state: "expired" }));
  await eventually(() => {
    expect(sent().some(({ path }) => path.endsWith("/acts/5/renew/"))).toBe(true);
  });
});

test("removing wants the word typed, and another where what is here goes too", async () => {
  answer.mockImplementation(() => Promise.resolve(json(acting({ act: "remove", state: "waiting" }), 201)));
  const onClose = vi.fn();
  render(<RemoveDialog channel={channel("7")} onClose={onClose} />);
  const go = (name: string): HTMLButtonElement => screen.getByRole("button", { name, hidden: true });
  expect(go(words.removeGo).disabled).toBe(true);
  fireEvent.change(screen.getByLabelText(words.removeType("remove")), { target: { value: "remove" } });
  expect(go(words.removeGo).disabled).toBe(false);
  fireEvent.click(screen.getByLabelText(words.removeErases));
  expect(go(words.eraseGo).disabled).toBe(true);
  fireEvent.change(screen.getByLabelText(words.removeType("erase")), { target: { value: "erase" } });
  fireEvent.click(go(words.eraseGo));
  await eventually(() => {
    expect(onClose).toHaveBeenCalled();
  });
  expect(sent()[0]).toMatchObject({
    path: "/api/v1/communications/channels/7/acts/",
    body: { act: "remove", erases: true, confirmation: "erase" },
  });
});

test("what is stored of an account that is removed already can still be erased", async () => {
  answer.mockImplementation(() => Promise.resolve(json(acting({ act: "remove", state: "waiting" }), 201)));
  const onClose = vi.fn();
  render(<RemoveDialog channel={{ ...channel("7"), status: "deleted" }} onClose={onClose} />);
  expect(screen.queryByLabelText(words.removeKeeps)).toBeNull();
  fireEvent.change(screen.getByLabelText(words.removeType("erase")), { target: { value: "erase" } });
  fireEvent.click(screen.getByRole("button", { name: words.eraseGoneGo, hidden: true }));
  await eventually(() => {
    expect(onClose).toHaveBeenCalled();
  });
  expect(sent()[0]).toMatchObject({ body: { act: "remove", erases: true, confirmation: "erase" } });
});

test("a provider that is connected by link takes how much of its past to fetch; an empty field is no limit", async () => {
  await connect(acting({ act: "link", asks: "LINK", url: "https://account.example/x" }), () => {
    fireEvent.change(screen.getByLabelText(words.provider), { target: { value: "linkedin" } });
    fireEvent.change(screen.getByLabelText(words.limitChats), { target: { value: "0" } });
  });
  await eventually(() => screen.getByRole("link", { name: words.openLink, hidden: true }));
  expect(sent()[0]?.body).toMatchObject({ sync_limit: { chats: 0 } });
  expect((sent()[0]?.body as { sync_limit: object }).sync_limit).not.toHaveProperty("messages");
});

test("a code that was sent can be asked for once more", async () => {
  await connect(acting({ asks: "OTP", reason: "It could not be sent again." }));
  await eventually(() => screen.getByText("It could not be sent again."));
  fireEvent.click(screen.getByRole("button", { name: words.resend, hidden: true }));
  await eventually(() => {
    expect(sent().some(({ path }) => path.endsWith("/acts/5/resend/"))).toBe(true);
  });
});

test("the proxy is handed on once, and can be taken away", async () => {
  answer.mockImplementation(() => Promise.resolve(json(acting({ state: "done" }), 201)));
  render(<ProxyDialog channel={channel("7")} onClose={vi.fn()} />);
  fireEvent.change(screen.getByLabelText(words.proxyHost), { target: { value: "proxy.example" } });
  fireEvent.change(screen.getByLabelText(words.proxyPort), { target: { value: "8080" } });
  fireEvent.click(screen.getByRole("button", { name: words.proxySet, hidden: true }));
  await eventually(() => screen.getByText(words.proxyDone));
  expect(sent()[0]?.body).toMatchObject({ act: "proxy", proxy: { protocol: "http", host: "proxy.example", port: 8080, username: "" } });
  fireEvent.click(screen.getByRole("button", { name: words.proxyNone, hidden: true }));
  await eventually(() => {
    expect(sent().at(-1)?.body).toMatchObject({ act: "proxy", proxy: null });
  });
});

test("the line of the last day is said in words", () => {
  const hours: ChannelHealth["hours"] = [
    { starts_at: "2026-06-01T12:00:00.000Z", received: 1200, sent: 3 },
    { starts_at: "2026-06-01T13:00:00.000Z", received: 0, sent: 0 },
  ];
  render(<SparkLine hours={hours} />);
  expect(screen.getByRole("img").getAttribute("aria-label")).toMatch(/1,200 received, 3 sent, most in the hour from \d\d:00$/u);
});

const setup: Setup = {
  upstream: "missing",
  source: null,
  may_set_up: true,
  form_allowed: true,
  public_url: null,
  accounts: 0,
  next: "credentials",
};

test("credentials that do not work say which of them, and what to do, and are sent once asked", async () => {
  answer.mockImplementation(() => Promise.resolve(json({ code: "wrong_key", detail: "Make another key at Unipile." }, 409)));
  render(<SetupSteps setup={setup} onKept={vi.fn()} onConnect={vi.fn()} onClose={null} />);
  const key = screen.getByLabelText(setupWords.key);
  fireEvent.change(screen.getByLabelText(setupWords.dsn), { target: { value: "https://api1.example:13111" } });
  fireEvent.change(key, { target: { value: "k" } });
  fireEvent.click(screen.getByRole("button", { name: setupWords.tryThem }));
  await eventually(() => screen.getByText("Make another key at Unipile."));
  expect(key.getAttribute("aria-invalid")).toBe("true");
  expect(sent().find(({ path }) => path.endsWith("/credentials/"))?.body).toEqual({ dsn: "https://api1.example:13111", api_key: "k" });
});

const webhooks = (problem: Webhooks["sources"][number]["problem"]): Webhooks => ({
  address: "https://inbox.example/api/v1/webhooks/unipile/",
  checked_at: "2026-06-01T12:00:00.000Z",
  sources: [
    { source: "messaging", problem },
    { source: "users", problem: null },
  ],
  webhooks: [
    { id: "w1", source: "messaging", name: "ours", request_url: null, is_ours: true, problems: ["events_missing"], events_missing: ["message_read"] },
  ],
});

test("the first step that is not done comes next; a demo's accounts count for nothing", () => {
  expect(stepStates(setup, null)).toEqual({ unipile: "now", address: "later", delivery: "later", account: "later", chats: "later" });
  expect(stepStates({ ...setup, upstream: "demo", accounts: 4 }, null)).toMatchObject({ unipile: "now", account: "later" });
  const connected = { ...setup, upstream: "connected", accounts: 2 } as const;
  expect(stepStates(connected, null)).toMatchObject({ unipile: "done", address: "now", account: "done", chats: "later" });
  const reached = { ...connected, public_url: "https://inbox.example" };
  expect(stepStates({ ...reached, next: "webhooks" }, null)).toMatchObject({ delivery: "now", account: "done" });
  expect(stepStates({ ...reached, next: null }, null)).toMatchObject({ delivery: "done", chats: "now" });
  expect(stepStates(reached, webhooks("missing"))).toMatchObject({ address: "done", delivery: "now" });
  expect(stepStates(reached, { ...webhooks(null), checked_at: null })).toMatchObject({ delivery: "now" });
  expect(stepStates(reached, webhooks(null))).toMatchObject({ delivery: "done", chats: "now" });
});

test("what is not told, and how what is registered differs, is said in words; the way here is told for what it proves", async () => {
  answer.mockImplementation((path) =>
    Promise.resolve(
      json(
        (path as string).endsWith("webhooks/")
          ? webhooks("events_missing")
          : { address: null, asked_at: null, tested_at: "2026-06-01T12:00:00.000Z", proven: "ourselves", code: "ok", reason: "", unipile_at: null },
      ),
    ),
  );
  const reached = { ...setup, upstream: "connected", public_url: "https://inbox.example" } as const;
  render(<SetupSteps setup={reached} onKept={vi.fn()} onConnect={vi.fn()} onClose={null} />);
  await eventually(() => screen.getByText(deliveryWords.ourselves));
  expect(screen.getByText("lacks events")).toBeTruthy();
  expect(screen.getByText(/without message_read/u)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: deliveryWords.register }));
  await eventually(() => {
    expect(sent().find(({ path }) => path.endsWith("/setup/acts/"))?.body).toMatchObject({ act: "webhooks_register" });
  });
});

test("where the key cannot be taken, the page says where it can", () => {
  render(<SetupSteps setup={{ ...setup, form_allowed: false }} onKept={vi.fn()} onConnect={vi.fn()} onClose={null} />);
  expect(screen.getByText(setupWords.elsewhere)).toBeTruthy();
  expect(screen.queryByLabelText(setupWords.key)).toBeNull();
});

const health = (fields: Partial<ChannelHealth>): ChannelHealth => ({
  channel_id: "1",
  number: null,
  own_name: null,
  owners: [],
  status: "ok",
  status_word: null,
  status_since: null,
  uptime_30_days: null,
  uptime_since: null,
  last_delivery_at: null,
  last_proof_at: null,
  received_today: 0,
  sent_today: 0,
  waiting: 0,
  open_gaps: 0,
  hours: [],
  quiet: null,
  usual_per_hour: null,
  ...fields,
});

test("a card says whose account it is, and how much of the time it worked", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-06-01T12:00:00.000Z") });
  answer.mockImplementation(() =>
    Promise.resolve(
      json(health({ number: "+351912000001", own_name: "Casa Lume", owners: ["lea", "rui"], uptime_30_days: 0.99961, uptime_since: "2026-05-20T12:00:00.000Z" })),
    ),
  );
  render(<AccountCard channel={{ ...channel("1"), name: "Shop" }} round="1" onReconnect={vi.fn()} />);
  await eventually(() => screen.getByText("99.9 %"));
  const line = screen.getByText(/Casa Lume/u).textContent.replaceAll(/[\u2066-\u2069]/gu, "");
  expect(line).toBe("WhatsApp · Casa Lume · +351912000001 · owned by lea, rui");
  expect(screen.getByText(words.uptime("20 May"))).toBeTruthy();
});

test("an account that is one's own says so, and upstream's word is shown only where something is wrong", async () => {
  answer.mockImplementation(() => Promise.resolve(json(health({ owners: ["lea"] }))));
  const card = (fields: object) => <AccountCard channel={{ ...channel("1"), ...fields }} round="1" onReconnect={vi.fn()} />;
  const { rerender } = render(card({ status_word: "SYNC_SUCCESS" }));
  await eventually(() => screen.getByText(`WhatsApp · ${words.ownedByYou}`));
  expect(screen.queryByText(/SYNC_SUCCESS/u)).toBeNull();
  rerender(card({ status: "credentials", status_word: "CREDENTIALS" }));
  expect(screen.getByText(words.theirWord("CREDENTIALS", ""))).toBeTruthy();
});

test("an account is paused by its settings", async () => {
  answer.mockImplementation(() => Promise.resolve(json({ ...channel("1"), paused_at: "2026-06-01T12:00:00.000Z" })));
  await pauseAccount("1", true);
  const [path, init] = answer.mock.calls[0] ?? [];
  expect([init?.method, path, init?.body]).toEqual(["PATCH", "/api/v1/communications/channels/1/", '{"paused":true}']);
});

test("without the server the figures of before stay, and no card says again what the page says", async () => {
  answer.mockImplementation(() => Promise.resolve(json(health({ uptime_30_days: 0.999 }))));
  const card = (round: string | null) => <AccountCard channel={{ ...channel("1"), name: "Shop" }} round={round} onReconnect={vi.fn()} />;
  const { rerender } = render(card("1"));
  await eventually(() => screen.getByText("99.9 %"));
  rerender(card(null));
  expect(screen.getByText("99.9 %")).toBeTruthy();
  expect(answer).toHaveBeenCalledTimes(1);
  expect(screen.queryByRole("alert")).toBeNull();
});

test("what is not known of an account is not said", async () => {
  answer.mockImplementation(() => Promise.resolve(json(health({ own_name: "Shop" }))));
  render(<AccountCard channel={{ ...channel("1"), name: "Shop" }} round="1" onReconnect={vi.fn()} />);
  await eventually(() => screen.getByText(words.lastDelivery));
  expect(screen.getByText("WhatsApp")).toBeTruthy();
  expect(screen.queryByText(/^Worked/u)).toBeNull();
});

test("a state is a shape and a word: what passes by itself is not called trouble", () => {
  const shown = (fields: object): unknown => shownState({ ...channel("1"), ...fields });
  expect(shown({ status: "ok" })).toMatchObject({ tone: "well", word: "Connected" });
  expect(shown({ status: "connecting", status_word: "CONNECTING" })).toMatchObject({ tone: "passing", word: "Connecting" });
  expect(shown({ status: "unknown", status_word: null })).toMatchObject({ tone: "passing", word: words.unknown });
  expect(shown({ status: "credentials", paused_at: "2026-06-01T12:00:00.000Z" })).toMatchObject({ tone: "passing", word: words.paused });
  expect(shown({ status: "credentials" })).toMatchObject({ tone: "troubled", word: "Signed out" });
  expect(shown({ status: "ok", alarms: [alarm("1", { kind: "unusually_quiet" })] })).toMatchObject({ tone: "troubled", word: words.quietChip });
});

test("how long ago is told in the largest unit that fits", () => {
  const now = new Date("2026-06-01T12:00:00.000Z");
  const before = (seconds: number): string => agoWords(new Date(now.getTime() - seconds * 1000).toISOString(), now);
  expect([3, 42, 60, 3599, 3600, 86_399].map(before)).toEqual(["just now", "42 s ago", "1 min ago", "59 min ago", "1 h ago", "23 h ago"]);
  expect(before(2 * 86_400)).toMatch(/^30 May \d\d:00$/u);
});
