import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { createRef, type RefObject } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { TroubledChannelsContext } from "../src/channels/channelState";
import { Composer, type ComposerHandle } from "../src/inbox/composer/Composer";
import { moved } from "../src/inbox/composer/files";
import { sends, type Press } from "../src/inbox/composer/sendKey";
import { composerWords } from "../src/inbox/composer/words";
import { ThreadLog } from "../src/inbox/ThreadLog";
import { applyFrames, beginSide, claimTerm } from "../src/sync/apply";
import { ClientContext, type Client } from "../src/sync/client";
import { type Preferences, readPreferences } from "../src/sync/device";
import type { OutgoingFile, SendEntry, SendWish } from "../src/sync/outgoing";
import { toLocal, toLocalConversation } from "../src/sync/rows";
import { freshClient, settle } from "./client";
import { at, attendee, channel, conversation, message } from "./rows";

let client: Client;
let term: number;
const where = { id: "1", provider: "whatsapp", channel_id: "1" };
const handle = createRef<ComposerHandle>();
const onWritten = vi.fn();
let seen: RefObject<string>;

beforeEach(async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  client = await freshClient();
  client.outbox.start();
  const { db } = client;
  term = await claimTerm(db);
  const page = { items: [conversation("1", { name: "Ana" })], attendees: [], next_cursor: null };
  await beginSide(db, { side: 0, term }, { feedCursor: "c", channels: [channel("1")], page, now: 0 }, true);
  seen = { current: "" };
  onWritten.mockReset();
});

afterEach(() => {
  cleanup();
  client.outbox.stop();
  client.engine.stop();
  vi.unstubAllGlobals();
});

async function open(preferences: Partial<Preferences> = {}, fields: Parameters<typeof conversation>[1] = {}): Promise<HTMLTextAreaElement> {
  const row = toLocalConversation(conversation("1", { name: "Ana", ...fields }), undefined);
  act(() => {
    render(
      <ClientContext value={client}>
        <main>
          <Composer
            handle={handle}
            where={where}
            conversation={row}
            preferences={{ ...readPreferences(), ...preferences }}
            seen={seen}
            onWritten={onWritten}
          />
        </main>
      </ClientContext>,
    );
  });
  await settle(client);
  return screen.getByRole<HTMLTextAreaElement>("textbox");
}

function type(field: HTMLTextAreaElement, text: string): void {
  fireEvent.change(field, { target: { value: text } });
}

const written = (): SendWish[] => client.outbox.view.of("1").map((entry) => (entry as SendEntry).wish);

const arrives = async (id: string, fields: Parameters<typeof message>[1]): Promise<void> => {
  const frame = { type: "changes", rows: { message: [message(id, fields)] }, gone: [], more: false, cursor: "d" } as const;
  await applyFrames(client.db, { side: 0, term }, [frame], null, 0);
  await settle(client);
};

describe("which press sends", () => {
  const press = (fields: Partial<Press>): Press => ({
    key: "Enter",
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    isComposing: false,
    keyCode: 13,
    ...fields,
  });

  test.each([
    [{}, "enter", false, true],
    [{ shiftKey: true }, "enter", false, false],
    [{ ctrlKey: true }, "enter", false, true],
    [{ key: "a" }, "enter", false, false],
    [{ isComposing: true }, "enter", false, false],
    [{ keyCode: 229 }, "enter", false, false],
    [{}, "enter", true, false],
    [{ ctrlKey: true }, "enter", true, true],
    [{}, "ctrl-enter", false, false],
    [{ ctrlKey: true }, "ctrl-enter", false, true],
    [{ metaKey: true }, "ctrl-enter", false, true],
  ] as const)("%j with %s, touch %s: %s", (fields, sendKey, touch, expected) => {
    expect(sends(press(fields), sendKey, touch)).toBe(expected);
  });
});

describe("writing", () => {
  test("Enter sends what is there and empties the field in the same moment", async () => {
    const field = await open();
    type(field, "  Good morning \n");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written()).toEqual([{ kind: "send", text: "Good morning", quoted: null, files: [], voice: false, seen_message_id: null }]);
    expect(field.value).toBe("");
    expect(onWritten).toHaveBeenCalledOnce();
  });

  test("it says which message was the newest that its writer knew", async () => {
    const last_message = { id: "7", direction: "inbound", kind: "text", event: null, text: "Hi", mentions: [], sender_name: "Ana", status: null } as const;
    const field = await open({}, { last_message });
    type(field, "Good morning");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written()[0]?.seen_message_id).toBe("7");
  });

  test("nothing but blanks is not sent", async () => {
    const field = await open();
    type(field, " \n ");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written()).toEqual([]);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: composerWords.send }).disabled).toBe(true);
  });

  test("65,536 characters are sent; one more is said to be too many, and kept", async () => {
    const field = await open();
    const send = screen.getByRole<HTMLButtonElement>("button", { name: composerWords.send });
    type(field, "x".repeat(65_537));
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written()).toEqual([]);
    expect([send.disabled, send.title, field.value.length]).toEqual([true, composerWords.tooMany(1), 65_537]);
    type(field, "x".repeat(65_536));
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written().map(({ text }) => text.length)).toEqual([65_536]);
  });

  test("an answer names the message it answers, until that is dropped", async () => {
    const field = await open();
    act(() => handle.current?.setReply(toLocal.message(message("7", { text: "When?" }))));
    expect(screen.getByLabelText(composerWords.answering("Ana")).textContent).toBe("AnaWhen?");
    type(field, "Tomorrow");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written()[0]?.quoted?.message_id).toBe("7");
    expect(screen.queryByLabelText(composerWords.answering("Ana"))).toBeNull();
    act(() => handle.current?.setReply(toLocal.message(message("7"))));
    fireEvent.click(screen.getByRole("button", { name: composerWords.noAnswer }));
    type(field, "Anyway");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written()[1]?.quoted).toBeNull();
  });

  test("with undo switched on it waits, and what is taken back stands in the field again", async () => {
    const field = await open({ undoSend: true });
    type(field, "Too early");
    fireEvent.keyDown(field, { key: "Enter" });
    const [entry] = client.outbox.view.of("1");
    expect((entry?.not_before ?? 0) - (entry?.created_at ?? 0)).toBe(5_000);
    type(field, "and more");
    const taken = await client.outbox.takeBack(entry?.client_id ?? "");
    act(() => handle.current?.putBack(taken?.wish as SendWish));
    expect(field.value).toBe("Too early\nand more");
  });
});

describe("a draft", () => {
  test("is there again after the conversation was left, with what it answers", async () => {
    const field = await open();
    type(field, "Half a sen");
    act(() => handle.current?.setReply(toLocal.message(message("7", { text: "When?" }))));
    await client.outbox.drafts.settled();
    cleanup();
    expect((await open()).value).toBe("Half a sen");
    expect(screen.getByLabelText(composerWords.answering("Ana"))).toBeTruthy();
  });

  test("of another browser stands there; what was typed here can be put back", async () => {
    const draft = (text: string, updated_at: string, version: string) =>
      ({ id: "3", conversation_id: "1", channel_id: "1", text, updated_at, version }) as const;
    const drafted = async (text: string, seconds: number, version: string): Promise<void> => {
      const rows = { draft: [draft(text, at(seconds), version)] };
      await applyFrames(client.db, { side: 0, term }, [{ type: "changes", rows, gone: [], more: false, cursor: "d" }], null, 0);
      await settle(client);
    };
    await drafted("From the telephone", 10, "5");
    const field = await open();
    expect(field.value).toBe("From the telephone");
    type(field, "Mine");
    await client.outbox.drafts.settled();
    await client.db.outbox.drafts.update("1", { unreported: false, reported_at: at(20) });
    await drafted("Older", 15, "6");
    expect(field.value).toBe("Mine");
    await drafted("Newer", 30, "7");
    expect(field.value).toBe("Newer");
    fireEvent.click(screen.getByRole("button", { name: composerWords.putBack }));
    expect(field.value).toBe("Mine");
  });
});

test("a draft of another browser that was sent there does not stay here", async () => {
  const draft = { id: "3", conversation_id: "1", channel_id: "1", text: "From the telephone", updated_at: at(10), version: "5" };
  const changes = async (rows: object, gone: readonly object[]): Promise<void> => {
    const frame = { type: "changes", rows, gone, more: false, cursor: "d" } as Parameters<typeof applyFrames>[2][number];
    await applyFrames(client.db, { side: 0, term }, [frame], null, 0);
    await settle(client);
  };
  await changes({ draft: [draft] }, []);
  const field = await open();
  expect(field.value).toBe("From the telephone");
  await changes({}, [{ entity: "draft", id: "3", version: "6" }]);
  expect(field.value).toBe("");
  expect(screen.queryByRole("button", { name: composerWords.putBack })).toBeNull();
});

describe("before something is sent past what was not seen", () => {
  test("it asks once, and the second press sends", async () => {
    await arrives("5", { text: "Hello?" });
    const field = await open();
    type(field, "As I said");
    await settle(client);
    await arrives("6", { text: "Forget it" });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written()).toEqual([]);
    expect(screen.getByRole("alert").textContent).toContain("has written meanwhile");
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written().map(({ text }) => text)).toEqual(["As I said"]);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("what has been on the screen does not count", async () => {
    const field = await open();
    type(field, "As I said");
    await settle(client);
    await arrives("6", { text: "Go on" });
    seen.current = toLocal.message(message("6")).position;
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written()).toHaveLength(1);
  });

  test.each([
    [{ author_id: "2", author_name: "Tom" }, "has answered meanwhile"],
    [{ origin: "phone", author_id: null, author_name: null } as const, composerWords.guardPhone],
  ])("a colleague's answer counts also when it was seen: %j", async (fields, sentence) => {
    await arrives("5", {});
    const field = await open();
    type(field, "Let me look");
    await settle(client);
    await arrives("6", { direction: "outbound", ...fields });
    seen.current = "\uffff";
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written()).toEqual([]);
    expect(screen.getByRole("alert").textContent).toContain(sentence);
  });

  test("what I sent myself does not ask", async () => {
    const field = await open();
    type(field, "Second");
    await settle(client);
    await arrives("6", { direction: "outbound", author_id: "1", author_name: "Owner" });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(written()).toHaveLength(1);
  });
});

describe("what the conversation cannot do is said beforehand", () => {
  test("nobody can write in a read-only one", () => {
    const row = toLocalConversation(conversation("1", { read_only: true }), undefined);
    render(
      <ClientContext value={client}>
        <Composer handle={handle} where={where} conversation={row} preferences={readPreferences()} seen={seen} onWritten={onWritten} />
      </ClientContext>,
    );
    expect(screen.getByText(composerWords.readOnly)).toBeTruthy();
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  test("without a connection the button queues and says what waits", async () => {
    const field = await open();
    act(() => client.engine.status.set({ phase: "offline" }));
    type(field, "Later then");
    fireEvent.click(screen.getByRole("button", { name: composerWords.queue }));
    expect(written()).toHaveLength(1);
    expect(screen.getByText(new RegExp(composerWords.waiting(1)))).toBeTruthy();
  });

  test("that knows no answers says so instead of answering", async () => {
    await open({}, { disabled_features: ["reply"] });
    act(() => handle.current?.setReply(toLocal.message(message("7"))));
    expect(screen.getByRole("alert").textContent).toBe(composerWords.noAnswers);
    expect(screen.queryByLabelText(composerWords.answering("Ana"))).toBeNull();
  });

  test("an account that does not work makes it wait", () => {
    const row = toLocalConversation(conversation("1"), undefined);
    render(
      <ClientContext value={client}>
        <TroubledChannelsContext value={new Map([["1", { ...channel("1"), name: "Sales", status: "credentials" }]])}>
          <Composer handle={handle} where={where} conversation={row} preferences={readPreferences()} seen={seen} onWritten={onWritten} />
        </TroubledChannelsContext>
      </ClientContext>,
    );
    expect(screen.getByText(/Your message will wait/).role).toBe("status");
  });
});

describe("naming somebody in a group", () => {
  test("offers who is there and writes the chosen name", async () => {
    const members = [attendee("20", { name: "Maya Lind" }), attendee("21", { name: "Rui" }), attendee("22", { name: "Me", is_self: true })];
    const member = members.map(({ id }) => ({ id, channel_id: "1", conversation_id: "1", attendee_id: id, version: "1" }));
    const frame = { type: "changes", rows: { attendee: members, member }, gone: [], more: false, cursor: "d" } as const;
    await applyFrames(client.db, { side: 0, term }, [frame], null, 0);
    const field = await open({}, { kind: "group" });
    type(field, "Ask @l");
    const options = await screen.findAllByRole("option");
    expect(options.map(({ textContent }) => textContent)).toEqual(["MLMaya Lind"]);
    fireEvent.keyDown(field, { key: "Enter" });
    expect(field.value).toBe("Ask @Maya Lind ");
    expect(written()).toEqual([]);
  });
});

describe("the thread", () => {
  const view = {
    newFrom: null,
    setNewFrom: vi.fn(),
    followsNewest: true,
    complete: true,
    newestLoad: "idle",
    olderLoad: "idle",
    newerLoad: "idle",
    jumpLoad: "idle",
    olderHere: false,
    olderCame: vi.fn(),
    extendUp: vi.fn(),
    extendDown: vi.fn(),
    jumpToNewest: vi.fn(),
    retry: vi.fn(),
  } as const;

  test("shows what is written in the same moment, and its row takes the same place", async () => {
    const row = toLocalConversation(conversation("1"), undefined);
    const earlier = toLocal.message(message("5", { text: "Hello" }));
    const log = (rows: (typeof earlier)[]) => (
      <ClientContext value={client}>
        <ThreadLog conversation={row} window={{ ...view, messages: rows }} target={null} written={0} seen={seen} singleKeys />
      </ClientContext>
    );
    const { rerender } = render(log([earlier]));
    let key = "";
    act(() => {
      key = client.outbox.enqueue(where, { kind: "send", text: "At once", quoted: null, files: [], voice: false });
    });
    const bubble = screen.getByText("At once").closest("article");
    expect(bubble?.querySelector('[aria-label="Waiting to be sent"]')).not.toBeNull();
    const sent = toLocal.message(message("6", { text: "At once", client_id: key, direction: "outbound", origin: "us", status: "sent" }));
    rerender(log([earlier, sent]));
    expect(screen.getAllByText("At once")).toHaveLength(1);
    expect(screen.getByText("At once").closest("article")).toBe(bubble);
    await settle(client);
  });
});

test("files can be put in another order by one place", () => {
  const files = ["a", "b", "c"].map((id) => ({ id }) as OutgoingFile);
  const ids = (list: readonly OutgoingFile[]): string => list.map(({ id }) => id).join("");
  expect(ids(moved(files, 0, 1))).toBe("bac");
  expect(ids(moved(files, 2, -1))).toBe("acb");
  expect(ids(moved(files, 2, 1))).toBe("abc");
});
