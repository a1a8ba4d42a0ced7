import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import type { Delivery, Inspection } from "../src/api/types";
import { Deliveries } from "../src/deliveries/Deliveries";
import { placeOf, placePath, NO_FILTER } from "../src/deliveries/filter";
import { parseTree } from "../src/deliveries/json";
import { JsonTree } from "../src/deliveries/JsonTree";
import { words } from "../src/deliveries/words";
import { Inspector } from "../src/inspector/Inspector";
import { words as inspectorWords } from "../src/inspector/words";
import { ClientContext, type Client } from "../src/sync/client";
import { beginSide, claimTerm } from "../src/sync/apply";
import { freshClient, settle } from "./client";
import { channel } from "./rows";

type Answers = Record<string, unknown>;

let client: Client;
let asked: string[];

const delivery = (number: number, fields: Partial<Delivery> = {}): Delivery => ({
  id: `01900000-0000-7000-8000-${String(number).padStart(12, "0")}`,
  source: "webhook",
  received_at: "2026-05-18T19:44:12.345Z",
  channel_id: "1",
  account: "account",
  provider: "whatsapp",
  event: "message_received",
  event_name: "message_received",
  outcome: "applied",
  reason: "",
  attempts: 1,
  next_attempt_at: null,
  size_bytes: 400,
  repeats: 0,
  message_count: 1,
  conversation_id: null,
  conversation_name: null,
  message_id: null,
  sender_name: null,
  ...fields,
});

/** Answers by the beginning of the path; the most particular one counts. */
function serve(answers: Answers): void {
  vi.stubGlobal("fetch", (input: string, init: RequestInit) => {
    const path = input.replace("/api/v1/communications/", "");
    asked.push(`${init.method ?? "GET"} ${path}`);
    const key = Object.keys(answers)
      .filter((prefix) => path.startsWith(prefix))
      .sort((a, b) => b.length - a.length)[0];
    if (key === undefined) return Promise.reject(new Error(`nothing is served at ${path}`));
    const answer = answers[key];
    if (answer instanceof Response) return Promise.resolve(answer.clone());
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(new Response(JSON.stringify(answer), { status: 200 }));
  });
}

async function show(children: React.ReactNode): Promise<void> {
  render(<ClientContext value={client}>{children}</ClientContext>);
  await settle(client);
}

async function after(change: () => unknown): Promise<void> {
  act(() => {
    change();
  });
  await settle(client);
}

const PAGE = { items: [delivery(3), delivery(2, { outcome: "quarantined", reason: "not_json: broken" })], next_cursor: null, looked_back_to: null };
const TOTALS = {
  received: 3,
  outcomes: [
    { outcome: "applied", total: 2 },
    { outcome: "quarantined", total: 1 },
  ],
  counted_back_to: null,
};

beforeEach(async () => {
  asked = [];
  history.replaceState(null, "", "/deliveries");
  client = await freshClient();
  const { db } = client;
  const term = await claimTerm(db);
  const page = { items: [], attendees: [], next_cursor: null };
  const channels = [{ ...channel("1"), role: "owner" as const }];
  await beginSide(db, { side: 0, term }, { feedCursor: "c", channels, page, now: 0 }, true);
});

afterEach(() => {
  cleanup();
  client.engine.stop();
  vi.unstubAllGlobals();
});

describe("the deliveries page", () => {
  test("says what came in and what became of it, and filters by a click on it", async () => {
    serve({ "deliveries/": PAGE, "deliveries/totals/": TOTALS });
    await show(<Deliveries />);
    const totals = screen.getByRole("group", { name: words.totals });
    expect(totals.textContent).toBe("3 received=2 applied+1 quarantined");
    expect(within(screen.getByRole("list", { name: words.list })).getAllByRole("link")).toHaveLength(2);
    await after(() => fireEvent.click(screen.getByRole("button", { name: "1 quarantined" })));
    expect(location.search).toBe("?outcome=quarantined");
    expect(asked).toContain("GET deliveries/?outcome=quarantined&limit=50");
    expect(asked.filter((one) => one.startsWith("GET deliveries/totals/?outcome"))).toEqual([]);
  });

  test("closes a delivery on Escape and gives the focus back to its row", async () => {
    history.replaceState(null, "", `/deliveries?delivery=${delivery(2).id}`);
    const detail = { delivery: delivery(2), webhook_name: "", sha256: "0", has_body: false, repeated_by: [], headers: [] };
    serve({ "deliveries/": PAGE, "deliveries/totals/": TOTALS, [`deliveries/${delivery(2).id}/`]: detail });
    await show(<Deliveries />);
    await screen.findByRole("list", { name: words.list });
    const close = within(await screen.findByRole("region", { name: words.detail })).getByRole("button", { name: words.close });
    await after(() => fireEvent.keyDown(close, { key: "Escape" }));
    expect(location.search).toBe("");
    expect(document.activeElement?.getAttribute("href")).toContain(delivery(2).id);
  });

  test("keeps what stands between names out of them, whichever way they are written", async () => {
    const row = delivery(1, { conversation_name: "نور عبد الله", sender_name: "Beatriz", channel_id: null });
    serve({ "deliveries/": { items: [row], next_cursor: null, looked_back_to: null }, "deliveries/totals/": TOTALS });
    await show(<Deliveries />);
    const names = [...screen.getByRole("list", { name: words.list }).querySelectorAll("bdi")];
    expect(names.map((name) => name.textContent)).toEqual(["نور عبد الله", "Beatriz", words.noAccount]);
    expect(names[0]?.parentElement?.textContent).toBe(`Message نور عبد الله · Beatriz · ${words.noAccount}`);
  });

  test("says how many messages a list of upstream's shows", async () => {
    const list = delivery(1, { event: "api_listed", source: "api", message_count: 32 });
    serve({ "deliveries/": { items: [list], next_cursor: null, looked_back_to: null }, "deliveries/totals/": TOTALS });
    await show(<Deliveries />);
    const row = within(screen.getByRole("list", { name: words.list })).getByRole("link");
    expect(row.textContent).toContain("Messages, listed by Unipile");
    expect(row.textContent).toContain("32 messages");
  });

  const CALLS = { day: "2026-05-18", calls: 214, by_purpose: { history: 199, send: 14, repair: 0, answer: 1 }, per_day: 20_000, avoided: 38_120, paused_until: null };

  test("says what asking upstream cost each account today, what for, and what is left", async () => {
    history.replaceState(null, "", "/deliveries?tab=calls");
    serve({ "channels/1/calls/": CALLS });
    await show(<Deliveries />);
    const list = await screen.findByRole("list", { name: words.calls });
    expect(await within(list).findByText("214 calls today, 38,120 avoided")).toBeTruthy();
    expect(within(list).getByText("14 to send · 199 for history · 1 to complete deliveries")).toBeTruthy();
    const left = within(list).getByRole("meter", { name: /214 of 20,000 used, 19,786 left until midnight UTC$/u });
    expect(left.getAttribute("value")).toBe("214");
    expect(list.querySelector(".calls-held")).toBeNull();
  });

  test("says that calls wait because upstream asked for patience, or because the day's are used up", async () => {
    history.replaceState(null, "", "/deliveries?tab=calls");
    serve({ "channels/1/calls/": { ...CALLS, calls: 20_003, paused_until: "2026-05-18T19:44:12.345Z" } });
    await show(<Deliveries />);
    expect(await screen.findByText(/^Unipile asked for patience: all but sending waits until /u)).toBeTruthy();
    expect(screen.getByText(words.callsSpent)).toBeTruthy();
    expect(screen.getByText("20,003 of 20,000 used, 0 left until midnight UTC")).toBeTruthy();
  });

  test("an account's calls that cannot be told are asked for again", async () => {
    history.replaceState(null, "", "/deliveries?tab=calls");
    serve({ "channels/1/calls/": new TypeError("down") });
    await show(<Deliveries />);
    expect((await screen.findByRole("alert")).textContent).toContain(words.unreachable);
    serve({ "channels/1/calls/": { ...CALLS, calls: 0, by_purpose: {} } });
    await after(() => fireEvent.click(screen.getByRole("button", { name: words.tryAgain })));
    expect(await screen.findByText(words.callsNobody)).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
    expect(asked).toEqual(["GET channels/1/calls/", "GET channels/1/calls/"]);
  });

  test("counts new ones without moving what is read", async () => {
    serve({ "deliveries/": PAGE, "deliveries/totals/": TOTALS });
    await show(<Deliveries />);
    serve({ "deliveries/": { ...PAGE, items: [delivery(5), delivery(4), ...PAGE.items] }, "deliveries/totals/": TOTALS });
    await after(() => {
      client.engine.status.set({ phase: "live", freshAt: 1 });
    });
    const pill = await screen.findByRole("button", { name: words.newOnesLabel(2, false) });
    expect(screen.getAllByRole("link")).toHaveLength(2);
    await after(() => fireEvent.click(pill));
    expect(screen.getAllByRole("link")).toHaveLength(4);
  });

  test("tells where a long search stopped and goes on only when asked", async () => {
    const stopped = { items: [], next_cursor: "further", looked_back_to: "2026-05-01T00:00:00.000Z" };
    serve({ "deliveries/": stopped, "deliveries/?cursor=further": PAGE, "deliveries/?text=x": stopped, "deliveries/totals/": TOTALS });
    await show(<Deliveries />);
    serve({ "deliveries/": PAGE, "deliveries/totals/": TOTALS });
    await after(() => fireEvent.click(screen.getByRole("button", { name: words.goOn })));
    expect(asked.at(-1)).toBe("GET deliveries/?cursor=further&limit=50");
    expect(screen.getAllByRole("link")).toHaveLength(2);
  });

  test("without the server says so and comes back by itself when asked again", async () => {
    serve({ "deliveries/": new TypeError("no network") });
    await show(<Deliveries />);
    expect((await screen.findByRole("alert")).textContent).toContain(words.unreachable);
    serve({ "deliveries/": PAGE, "deliveries/totals/": TOTALS });
    await after(() => fireEvent.click(screen.getByRole("button", { name: words.tryAgain })));
    expect(screen.getAllByRole("link")).toHaveLength(2);
  });

  test("a body is fetched when it is asked for, not before, and stays text", async () => {
    const hostile = `{"text":"<img src=x onerror=alert(1)>","link":"javascript:alert(1)","n":12345678901234567890,"rtl":"\u202egpj.exe"}`;
    const detail = {
      delivery: delivery(3),
      webhook_name: "",
      headers: [{ name: "unipile-auth", value: "[removed]" }],
      sha256: "a".repeat(64),
      event_key: null,
      has_body: true,
      repeated_by: [],
    };
    const body = { delivery_id: detail.delivery.id, sha256: detail.sha256, size_bytes: 1, encoding: "text", content: hostile };
    history.replaceState(null, "", `/deliveries?delivery=${detail.delivery.id}`);
    serve({
      "deliveries/": PAGE,
      "deliveries/totals/": TOTALS,
      [`deliveries/${detail.delivery.id}/`]: detail,
      [`deliveries/${detail.delivery.id}/body/`]: body,
    });
    await show(<Deliveries />);
    expect(asked.filter((one) => one.includes("/body/"))).toEqual([]);
    const pane = screen.getByRole("region", { name: words.detail });
    await after(() => fireEvent.click(within(pane).getByRole("button", { name: words.bodyShow })));
    expect(within(pane).getByText(/onerror=alert/)).toBeTruthy();
    expect(within(pane).getByText(/^(≈ )?1234567890123456/)).toBeTruthy();
    expect(pane.querySelectorAll("img, script, iframe, a[href^='javascript']")).toHaveLength(0);
    expect(within(pane).getByText(/gpj\.exe/).tagName).toBe("BDI");
  });

  test("a replay of many says how many before it begins", async () => {
    history.replaceState(null, "", "/deliveries?outcome=quarantined");
    serve({ "deliveries/": PAGE, "deliveries/totals/": { ...TOTALS, received: 1 } });
    await show(<Deliveries />);
    await after(() => fireEvent.click(screen.getByRole("button", { name: words.replaySelected })));
    expect(asked.filter((one) => one.startsWith("POST"))).toEqual([]);
    serve({ "deliveries/replay/": { items: [] } });
    await after(() => fireEvent.click(screen.getByText(words.replayConfirm(1))));
    expect(asked.filter((one) => one.startsWith("POST"))).toEqual(["POST deliveries/replay/"]);
    expect(location.search).toContain("tab=replays");
  });

  test("a replay under way says how much of it is done, by outcome", async () => {
    history.replaceState(null, "", "/deliveries?tab=replays");
    const order = {
      id: "1",
      created_at: "2026-05-18T19:44:12.345Z",
      expected: 40_000,
      is_counted: true,
      totals: [
        { outcome: "applied", total: 1_200 },
        { outcome: "failed", total: 34 },
      ],
      failure: null,
      finished_at: null,
    };
    const waiting = { ...order, id: "2", expected: 5, totals: [] };
    serve({ "deliveries/": PAGE, "deliveries/totals/": TOTALS, "deliveries/replay/": { items: [waiting, order] } });
    await show(<Deliveries />);
    const [first, second] = within(screen.getByRole("list", { name: words.replays })).getAllByRole("listitem");
    expect(first?.textContent).toContain(words.replayWaiting);
    expect(second?.textContent).toContain("1,234 of 40,000 read");
    expect(second?.textContent).toContain(words.outcomeTotal(34, "failed"));
  });
});

test("a place of the page survives its address", () => {
  const place = { tab: "causes", filter: { ...NO_FILTER, text: "a&b=ü", outcome: "failed" }, delivery: "x" } as const;
  expect(placeOf(placePath(place).split("?")[1] ?? "")).toEqual(place);
});

test("deep and wide bodies are drawn a part at a time", () => {
  const wide = parseTree(JSON.stringify(Array.from({ length: 5_000 }, (_, index) => index)));
  const { container } = render(<JsonTree tree={wide ?? null} />);
  expect(container.querySelectorAll(".json-line").length).toBeLessThan(200);
  const deep = parseTree("[".repeat(60) + "]".repeat(60));
  expect(render(<JsonTree tree={deep ?? null} />).container.querySelectorAll("details").length).toBeLessThan(10);
});

describe("the inspector", () => {
  const inspection: Inspection = {
    message_id: "7",
    channel_id: "1",
    conversation_id: "2",
    external_message_id: "ext",
    provider_message_id: null,
    client_id: null,
    sent_at: "2026-05-18T19:44:12.000Z",
    received_at: "2026-05-18T19:44:13.000Z",
    stored_at: "2026-05-18T19:44:13.005Z",
    time_flagged: false,
    direction: "inbound",
    direction_by: "identity",
    origin: "contact",
    status: null,
    edited_at: ["2026-05-18T19:45:00.000Z"],
    deleted_at: "2026-05-18T19:46:00.000Z",
    is_administrator: true,
    sender_identities: ["lid:1@lid"],
    own_identities: [],
    reactions: [],
    deliveries: [],
    has_more_deliveries: false,
  };
  const texts = {
    message_id: "7",
    channel_id: "1",
    original_text: "what it was",
    edits: [{ edited_at: "2026-05-18T19:45:00.000Z", text: "what it became" }],
    deleted_text: "what it became",
  };

  test("fetches a deleted text only when an administrator asks, and keeps it nowhere", async () => {
    serve({ "messages/7/inspection/": inspection, "messages/7/texts/": texts });
    await show(<Inspector id="7" onClose={vi.fn()} />);
    expect(asked).toEqual(["GET messages/7/inspection/"]);
    await after(() => fireEvent.click(screen.getByText(inspectorWords.textsShowDeleted)));
    expect(screen.getByText("what it was")).toBeTruthy();
    const stored = await Promise.all(client.db.tables.map((table) => table.toArray()));
    expect(JSON.stringify(stored)).not.toContain("what it");
  });

  test("offers members no text and no body", async () => {
    const member = { ...inspection, is_administrator: false, sender_identities: null, own_identities: null, reactions: null };
    serve({ "messages/7/inspection/": member });
    await show(<Inspector id="7" onClose={vi.fn()} />);
    expect(screen.getByText(inspectorWords.textsMembers)).toBeTruthy();
    expect(screen.queryByText(inspectorWords.textsShowDeleted)).toBeNull();
  });
});
