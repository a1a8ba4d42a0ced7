import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { ApiError, Unreachable } from "../src/api/http";
import { Bubble } from "../src/inbox/Bubble";
import { Freshness, freshnessWords } from "../src/inbox/Freshness";
import { placeMessages } from "../src/inbox/grouping";
import { ListEmpty } from "../src/inbox/ListEmpty";
import { previewOf } from "../src/inbox/preview";
import { rowWords } from "../src/inbox/rowMenu/rowWords";
import { reservedBox } from "../src/inbox/media/attachmentBox";
import { useShortcuts, type Shortcuts } from "../src/lib/useShortcuts";
import { words } from "../src/lib/words";
import { Login } from "../src/shell/Login";
import { ScreenKeys } from "../src/shell/ScreenKeys";
import { shellWords } from "../src/shell/words";
import { ClientContext, type Client } from "../src/sync/client";
import { applyFrames, beginSide, claimTerm } from "../src/sync/apply";
import type { OutboxEntry, Wish } from "../src/sync/outbox/entries";
import { toLocal, type LocalMessage } from "../src/sync/rows";
import { INITIAL_STATUS } from "../src/sync/status";
import { Avatar, initials } from "../src/ui/Avatar";
import { FormattedText } from "../src/ui/FormattedText";
import { freshClient, settle } from "./client";
import { at, attachmentRow, channel, conversation, message, outboxEntry } from "./rows";
import { eventually } from "./store";

const local = (id: string, fields: Parameters<typeof message>[1] = {}): LocalMessage => toLocal.message(message(id, fields));

let client: Client;

beforeEach(async () => {
  client = await freshClient();
});

afterEach(() => {
  cleanup();
  client.engine.stop();
});

async function show(children: ReactNode): Promise<void> {
  render(<ClientContext value={client}>{children}</ClientContext>);
  await settle(client);
}

describe("login", () => {
  const failing = (error: Error): (() => Promise<void>) => () => Promise.reject(error);

  test.each([
    [new ApiError(401, "invalid_credentials", "", null, null), words.login.wrong],
    [new ApiError(429, "too_many_attempts", "", null, 30), words.login.throttled(30)],
    [new Unreachable("down"), words.login.unreachable],
    [new ApiError(500, "internal", "Something broke.", "r", null), "Something broke."],
  ])("%s is said in words", async (error, sentence) => {
    render(<Login reason="start" onSignIn={failing(error)} />);
    fireEvent.change(screen.getByLabelText(words.login.username), { target: { value: "a" } });
    fireEvent.change(screen.getByLabelText(words.login.password), { target: { value: "b" } });
    fireEvent.click(screen.getByRole("button", { name: words.login.submit }));
    expect((await screen.findByRole("alert")).textContent).toBe(sentence);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: words.login.submit }).disabled).toBe(false);
  });

  test("what is typed can be looked at", () => {
    render(<Login reason="start" onSignIn={() => Promise.resolve()} />);
    const field = screen.getByLabelText<HTMLInputElement>(words.login.password);
    expect(field.type).toBe("password");
    fireEvent.click(screen.getByRole("button", { name: shellWords.showTyped }));
    expect(field.type).toBe("text");
    fireEvent.click(screen.getByRole("button", { name: shellWords.hideTyped }));
    expect(field.type).toBe("password");
  });

  test("an ended session says so", () => {
    render(<Login reason="ended" onSignIn={() => Promise.resolve()} />);
    expect(screen.getByRole("status").textContent).toBe(words.login.ended);
  });
});

describe("the freshness line", () => {
  const now = new Date(2026, 4, 18, 15, 0);
  const moment = (hour: number, minute: number): number => new Date(2026, 4, 18, hour, minute).getTime();

  test.each([
    [{ phase: "live" }, "Live"],
    [{ phase: "catching-up" }, "Catching up…"],
    [{ phase: "connecting" }, "Connecting…"],
    [{ phase: "offline", offlineSince: moment(13, 40), freshAt: moment(13, 39) }, "Offline since 13:40, showing data from 13:39"],
    [{ phase: "offline" }, "Offline, nothing is on this device yet"],
  ] as const)("%j reads %s", (change, sentence) => {
    expect(freshnessWords({ ...INITIAL_STATUS, ...change }, now)).toBe(sentence);
  });

  test("trouble and a new version come with what to do", async () => {
    client.engine.status.set({ trouble: "storage-full", updateReady: true });
    await show(<Freshness />);
    expect(screen.getByRole("alert").textContent).toBe(words.fresh.storageFull);
    expect(screen.getByRole("button", { name: words.reload })).toBeTruthy();
  });
});

test("a wish for a conversation that was refused is said with its reason, and can be left or tried again", async () => {
  const term = await claimTerm(client.db);
  const page = { items: [conversation("1", { name: "Ana" })], attendees: [], next_cursor: null };
  await beginSide(client.db, { side: 0, term }, { feedCursor: "c", channels: [channel("1")], page, now: 0 }, true);
  const trouble = { code: "forbidden", message: "Only owners may.", request_id: null };
  const refused = (client_id: string, wish: Wish): OutboxEntry =>
    outboxEntry({ client_id, conversation_id: "1", wish, state: "failed", trouble });
  await client.db.outbox.entries.bulkAdd([
    refused("a", { kind: "conversation", change: { archived: true } }),
    refused("b", { kind: "forward", message_id: "7", to_conversation_id: "2" }),
  ]);
  const stop = client.outbox.view.follow();
  await show(<Freshness />);
  const said = (): string => screen.getByRole("alert").textContent.replaceAll(/[\u2068\u2069]/g, "");
  await eventually(() => expect(said()).toContain("Ana could not be archived. Only owners may."));
  fireEvent.click(screen.getByRole("button", { name: rowWords.dismiss }));
  await eventually(() => expect(said()).toContain("A message of Ana could not be forwarded."));
  fireEvent.click(screen.getByRole("button", { name: words.retry }));
  await eventually(() => expect(screen.queryByRole("alert")).toBeNull());
  expect(client.outbox.view.all().map(({ client_id, state }) => [client_id, state])).toEqual([["b", "waiting"]]);
  stop();
});

describe("an empty list", () => {
  const all = { shelf: "inbox", unreadOnly: false, name: "" } as const;
  const accounts = async (channels: string[]): Promise<void> => {
    const term = await claimTerm(client.db);
    const page = { items: [], attendees: [], next_cursor: null };
    await beginSide(client.db, { side: 0, term }, { feedCursor: "c", channels: channels.map((id) => channel(id)), page, now: 0 }, true);
  };

  test("without an account says how to get one", async () => {
    await accounts([]);
    await show(<ListEmpty filter={all} complete onShowAll={vi.fn()} />);
    await screen.findByText(words.list.noChannel);
  });

  test("of the demo points to the customer page", async () => {
    await accounts(["1"]);
    client = { ...client, demo: true };
    await show(<ListEmpty filter={all} complete onShowAll={vi.fn()} />);
    await screen.findByText(words.list.emptyDemo);
  });

  test("of a filter leads back to all, and says what was not looked at", async () => {
    await accounts(["1"]);
    const back = vi.fn();
    await show(<ListEmpty filter={{ ...all, name: "zzz" }} complete={false} onShowAll={back} />);
    await screen.findByText(words.list.noMatchPartial);
    fireEvent.click(screen.getByRole("button", { name: words.showAll }));
    expect(back).toHaveBeenCalledOnce();
  });

  test("that could not be loaded says why, with the request's id, and tries again", async () => {
    client.engine.status.set({ firstLoad: true, phase: "offline", refusal: { message: "Broken.", requestId: "req-7" } });
    const wake = vi.spyOn(client.engine, "wake").mockReturnValue();
    await show(<ListEmpty filter={all} complete onShowAll={vi.fn()} />);
    expect(screen.getByRole("alert").textContent).toContain("Broken. (req-7)");
    fireEvent.click(screen.getByRole("button", { name: words.retry }));
    expect(wake).toHaveBeenCalledOnce();
  });
});

describe("a bubble", () => {
  const bubble = (fields: Parameters<typeof message>[1], named = false): HTMLElement => {
    render(<Bubble message={local("1", fields)} startsGroup endsGroup named={named} />);
    return screen.getByRole("article");
  };

  test("typed on the phone says so, and its state has words", () => {
    bubble({ direction: "outbound", origin: "phone", status: "read" });
    expect(screen.getByRole("img", { name: words.message.fromPhone })).toBeTruthy();
    expect(screen.getByRole("img", { name: "Read" })).toBeTruthy();
  });

  test("of unknown direction takes no side and claims no state", () => {
    const article = bubble({ direction: "unknown", status: null });
    expect(article.className).toContain("bubble-unknown");
    expect(article.textContent).toContain(words.message.unknownDirection);
    expect(screen.queryByRole("img")).toBeNull();
  });

  test("that was deleted shows none of what it said", () => {
    const attachment = attachmentRow({ name: "secret.png", state: "stored", url: "/api/v1/communications/media/1/" });
    const article = bubble({ deleted_at: at(1), text: "secret", attachments: [attachment] });
    expect(article.textContent).toContain(words.message.deleted);
    expect(article.textContent).not.toContain("secret");
    expect(article.textContent).not.toContain("Photo");
  });

  test("in a group names its sender, in a direct conversation only for those who listen", () => {
    expect(bubble({}, true).querySelector(".sender")?.textContent).toBe("Ana");
    cleanup();
    const direct = bubble({});
    expect(direct.querySelector(".sender")).toBeNull();
    expect(direct.querySelector(".hidden")?.textContent).toBe("Ana");
  });

  test("reserves the place of its picture by its measures", () => {
    expect(reservedBox({ kind: "image", width: 1600, height: 900 })).toEqual({ width: 280, height: 158 });
    expect(reservedBox({ kind: "image", width: 900, height: 4000 })).toEqual({ width: 96, height: 320 });
    expect(reservedBox({ kind: "image", width: null, height: null })).toEqual({ width: 280, height: 158 });
    expect(reservedBox({ kind: "image", width: 0, height: -5 })).toEqual({ width: 280, height: 158 });
  });

  test("B19: hostile text is words, never elements", () => {
    const text = "<img src=x onerror=alert(1)> javascript:alert(1) {{7*7}} <script>alert(1)</script>";
    const { container } = render(<FormattedText text={text} />);
    expect(container.textContent).toBe(text);
    expect(container.querySelector("img, script, a")).toBeNull();
    expect(container.querySelector("[dir=auto]")).not.toBeNull();
  });

  test("a link opens apart and tells the other side nothing", () => {
    const { container } = render(<FormattedText text="https://example.com/x" />);
    const link = container.querySelector("a");
    expect(link?.getAttribute("rel")).toContain("noopener");
    expect(link?.getAttribute("rel")).toContain("noreferrer");
    expect(link?.target).toBe("_blank");
  });

  test("B18: a very long text is cut until it is asked for", () => {
    const { container } = render(<FormattedText text={"word ".repeat(5_000)} />);
    expect(container.textContent.length).toBeLessThan(3_200);
    fireEvent.click(screen.getByRole("button", { name: words.showWhole }));
    expect(container.textContent.length).toBe(25_000);
  });
});

describe("a thread's grouping", () => {
  test("joins neighbours of one sender, parts days, and lets the New line part a group", () => {
    const noon = new Date(2026, 4, 18, 12).getTime();
    const minute = (number: number, fields: Parameters<typeof message>[1] = {}): LocalMessage =>
      local(String(number), { sent_at: new Date(noon + number * 60_000).toISOString(), ...fields });
    const rows = [minute(1), minute(2), minute(9), minute(10, { sender_id: "8" }), minute(11, { kind: "event" }), minute(12), minute(13), minute(24 * 60 + 1)];
    const placed = placeMessages(rows, rows[6]?.position ?? null, new Map());
    const marks = placed.map((one) => `${one.startsDay ? "D" : ""}${one.startsNew ? "N" : ""}${one.startsGroup ? "(" : ""}${one.endsGroup ? ")" : ""}`);
    expect(marks).toEqual(["D(", ")", "()", "()", "()", "()", "N()", "D()"]);
  });
});

describe("a preview", () => {
  const last = { id: "1", direction: "inbound", kind: "text", event: null, text: "*hi*\nthere", mentions: [], sender_name: "Tiago", status: null } as const;

  test.each([
    [conversation("1", { last_message: last }), { who: null, icon: null, text: "hi there" }],
    [conversation("1", { kind: "group", last_message: last }), { who: "Tiago", text: "hi there" }],
    [conversation("1", { last_message: { ...last, direction: "outbound" } }), { who: "You" }],
    [conversation("1", { last_message: { ...last, kind: "image" } }), { icon: "image", text: "Photo · hi there" }],
    [conversation("1", { last_message: { ...last, kind: "voice", text: "" } }), { icon: "voice", text: "Voice message" }],
    [conversation("1", { kind: "group", last_message: { ...last, kind: "event" } }), { who: null, icon: null }],
    [conversation("1", { last_message: { ...last, direction: "outbound", status: "failed" } }), { failed: true }],
    [conversation("1"), { who: null, text: "" }],
  ])("%#", (row, expected) => {
    expect(previewOf(row)).toMatchObject(expected);
  });
});

test.each([
  ["Ana Martínez", "AM"],
  ["Lisbon office move", "LO"],
  ["petra.runs", "PR"],
  ["+49 151 2345 678", "+4"],
  ["Zoë", "ZO"],
  ["نور عبد الله", "نع"],
  ["Marta 🌿", "MA"],
  ["👩‍👩‍👧", "👩‍👩‍👧"],
  ["\u202e", "?"],
])("the initials of %s are %s", (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test("an avatar's colour follows the person, not the name", () => {
  const classOf = (name: string): string | undefined =>
    render(<Avatar name={name} seed="77" />).container.firstElementChild?.className;
  expect(classOf("Ana")).toBe(classOf("Ana Martínez"));
});

describe("keys", () => {
  const pressed: string[] = [];
  const record = (name: keyof Shortcuts) => () => pressed.push(name);
  const all: Shortcuts = {
    next: record("next"),
    accounts: record("accounts"),
    deliveries: record("deliveries"),
    settings: record("settings"),
    previous: record("previous"),
    open: record("open"),
    openNext: record("openNext"),
    openPrevious: record("openPrevious"),
    nextUnread: record("nextUnread"),
    previousUnread: record("previousUnread"),
    find: record("find"),
    help: record("help"),
    inbox: record("inbox"),
    details: record("details"),
    archive: record("archive"),
    toggleUnread: record("toggleUnread"),
    toggleMuted: record("toggleMuted"),
    newChat: record("newChat"),
    write: record("write"),
    back: record("back"),
  };
  const Screen = ({ singleKeys }: { readonly singleKeys: boolean }) => {
    useShortcuts(singleKeys, all);
    return <input aria-label="field" />;
  };
  const press = (key: string, more: KeyboardEventInit = {}, target: Element = document.body): void => {
    fireEvent.keyDown(target, { key, ...more });
  };

  beforeEach(() => {
    pressed.length = 0;
  });

  test("letters act, pairs act, and a Cyrillic layout acts by the key's place", () => {
    render(<Screen singleKeys />);
    for (const key of ["j", "k", "n", "p", "/", "?", "ArrowDown", "Enter", "Escape", "g", "i"]) press(key);
    press("о", { code: "KeyJ" });
    press("ArrowUp", { altKey: true });
    expect(pressed).toEqual(["next", "previous", "nextUnread", "previousUnread", "find", "help", "next", "open", "back", "inbox", "next", "openPrevious"]);
  });

  test("nothing is taken from a field, from the browser, or once single keys are off", () => {
    const { rerender } = render(<Screen singleKeys />);
    press("j", {}, screen.getByLabelText("field"));
    press("j", { ctrlKey: true });
    press("p", { metaKey: true });
    rerender(<Screen singleKeys={false} />);
    press("j");
    press("?");
    expect(pressed).toEqual([]);
    press("ArrowDown");
    expect(pressed).toEqual(["next"]);
  });

  test("every screen can be left by them, and what a screen has no use for is the browser's", () => {
    const shown = { onHelp: vi.fn(), onSettings: vi.fn() };
    const { rerender } = render(<ScreenKeys screen="accounts" singleKeys {...shown} />);
    const walked = ["d", "a", "i"].map((key) => {
      press("g");
      press(key);
      return location.pathname;
    });
    expect(walked).toEqual(["/deliveries", "/accounts", "/inbox/"]);
    for (const key of ["?", "g", "s"]) press(key);
    expect(shown.onHelp).toHaveBeenCalledOnce();
    expect(shown.onSettings).toHaveBeenCalledOnce();
    expect(fireEvent.keyDown(document.body, { key: "ArrowDown" })).toBe(true);
    press("/");
    expect(location.pathname).toBe("/search");
    rerender(<ScreenKeys screen="search" singleKeys {...shown} />);
    expect(fireEvent.keyDown(document.body, { key: "/" })).toBe(true);
  });
});

test("a row of the list changes for those who show it only", async () => {
  const term = await claimTerm(client.db);
  const page = { items: [conversation("1"), conversation("2")], attendees: [], next_cursor: null };
  await beginSide(client.db, { side: 0, term }, { feedCursor: "c", channels: [channel("1")], page, now: 0 }, true);
  const stop = client.rows.watch(["1", "2"]);
  const told = { one: vi.fn(), two: vi.fn() };
  await eventually(() => expect(client.rows.get("2")).toBeDefined());
  client.rows.subscribe("1", told.one);
  client.rows.subscribe("2", told.two);
  const before = client.rows.get("2");
  const renamed = conversation("1", { name: "Renamed", version: "9" });
  await applyFrames(client.db, { side: 0, term }, [{ type: "changes", rows: { conversation: [renamed] }, more: false, cursor: "d" }], null, 0);
  await eventually(() => expect(client.rows.get("1")?.name).toBe("Renamed"));
  expect(told.one).toHaveBeenCalled();
  expect(told.two).not.toHaveBeenCalled();
  expect(client.rows.get("2")).toBe(before);
  stop();
});
