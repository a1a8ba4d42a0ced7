import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { applyFrames, applyReadMark, claimTerm } from "../src/sync/apply";
import type { LocalDatabase } from "../src/sync/db";
import { firstLoad, readAhead, readGranted, reloadBeside } from "../src/sync/load";
import { reportReadMarks } from "../src/sync/marks";
import { conversationIds } from "../src/sync/conversationList";
import { firstUnread, messages, positionAway } from "../src/sync/queries";
import { messagePosition } from "../src/sync/rows";
import { ThreadLoader } from "../src/sync/threads";
import { FakeServer } from "./fakeServer";
import { channel, conversation, message } from "./rows";
import { freshDatabase } from "./store";

const never = new AbortController().signal;
const everything = { conversationId: "1", from: null, to: null };

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.start();
  server.write("channel", channel("1"));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

interface Tab {
  readonly db: LocalDatabase;
  readonly term: number;
  readonly loader: ThreadLoader;
  readonly feed: () => Promise<void>;
}

async function loadedTab(): Promise<Tab> {
  const db = await freshDatabase();
  const term = await claimTerm(db);
  await firstLoad(db, term, never);
  const feed = async (): Promise<void> => {
    const side = await db.activeSide();
    const changes = server.changesSince((await db.read(`feed-${side}`))?.cursor ?? "0");
    await applyFrames(db, { side, term }, [{ type: "changes", more: false, ...changes }], null, 0);
  };
  return { db, term, loader: new ThreadLoader(db), feed };
}

const serverThread = (): string[] =>
  [...server.messages.values()]
    .filter((row) => row.conversation_id === "1")
    .sort((a, b) => (messagePosition(a) < messagePosition(b) ? -1 : 1))
    .map((row) => row.id);

describe("a thread read by pages while the feed runs", () => {
  type Step = "page" | "feed" | "new" | "edit" | "remove" | "open";

  test("is always a stretch without holes up to the newest, and whole at its end", async () => {
    const steps = fc.array(fc.constantFrom<Step>("page", "feed", "new", "edit", "remove", "open"), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 30 }), async (walk, size, count) => {
        server = new FakeServer();
        server.start();
        server.pageSize = size;
        server.write("channel", channel("1"));
        server.write("conversation", conversation("1"));
        for (let id = 1; id <= count; id += 1) server.write("message", message(String(1000 + id)));
        const { db, loader, feed } = await loadedTab();
        let next = 2000;
        for (const step of walk) {
          const some = [...server.messages.values()].at(next % Math.max(1, server.messages.size));
          if (step === "new") server.write("message", message(String((next += 1))));
          else if (step === "edit" && some !== undefined) server.write("message", { ...some, text: `edited ${(next += 1)}` });
          else if (step === "remove" && some !== undefined) server.remove("message", some.id);
          else if (step === "open") await loader.ensureNewest("1");
          else if (step === "page") await loader.loadOlder("1");
          else if (step === "feed") await feed();
        }
        await loader.ensureNewest("1");
        await feed();
        const shown = (await messages(db, everything)).map((row) => row.id);
        const truth = serverThread();
        expect(shown).toEqual(truth.slice(truth.length - shown.length));
        for (let guard = 0; guard < 100 && (await db.side(0).thread.get("1"))?.complete !== true; guard += 1) {
          await loader.loadOlder("1");
        }
        expect((await messages(db, everything)).map((row) => row.id)).toEqual(serverThread());
        const texts = (await messages(db, everything)).map((row) => row.text);
        expect(texts).toEqual(serverThread().map((id) => server.messages.get(id)?.text));
        db.close();
      }),
      { numRuns: 60 },
    );
  });

  test("an edit far back in a thread never read shows no message out of its place", async () => {
    server.pageSize = 3;
    server.write("conversation", conversation("1"));
    for (let id = 1; id <= 9; id += 1) server.write("message", message(String(id)));
    const { db, loader, feed } = await loadedTab();
    server.write("message", { ...message("2"), text: "edited" });
    await feed();
    await loader.ensureNewest("1");
    expect((await messages(db, everything)).map((row) => row.id)).toEqual(["7", "8", "9"]);
  });

  test("two tabs that ask for the same page do not skip the next one", async () => {
    server.pageSize = 2;
    server.write("conversation", conversation("1"));
    for (let id = 1; id <= 7; id += 1) server.write("message", message(String(id)));
    const { db, loader } = await loadedTab();
    const other = new ThreadLoader(db);
    await loader.ensureNewest("1");
    await Promise.all([loader.loadOlder("1"), other.loadOlder("1")]);
    expect((await messages(db, everything)).map((row) => row.id)).toEqual(["4", "5", "6", "7"]);
  });

  test("a raised history revision asks for the oldest page again, quiet rows included", async () => {
    server.write("conversation", conversation("1"));
    server.write("message", message("500"));
    const { db, loader, feed } = await loadedTab();
    await loader.ensureNewest("1");
    expect((await db.side(0).thread.get("1"))?.complete).toBe(true);
    server.writeQuietly(message("20"));
    server.write("conversation", conversation("1", { history_revision: 1 }));
    await feed();
    expect((await db.side(0).thread.get("1"))?.complete).toBe(false);
    await loader.loadOlder("1");
    expect((await messages(db, everything)).map((row) => row.id)).toEqual(["20", "500"]);
    expect((await db.side(0).thread.get("1"))?.complete).toBe(true);
  });

  test("moving through positions stays inside the stretch", async () => {
    server.write("conversation", conversation("1"));
    for (let id = 1; id <= 9; id += 1) server.write("message", message(String(id)));
    const { db, loader } = await loadedTab();
    await loader.ensureNewest("1");
    const start = await positionAway(db, "1", null, 3, "before");
    expect(start).toBe(messagePosition(message("7")));
    expect(await positionAway(db, "1", start, 100, "before")).toBe(messagePosition(message("1")));
    expect(await positionAway(db, "1", start, 1, "after")).toBe(messagePosition(message("8")));
    expect(await positionAway(db, "1", messagePosition(message("1")), 5, "before")).toBeNull();
  });
});

describe("loading", () => {
  test("G6: what changes during a first load is there after the changes since", async () => {
    for (let id = 1; id <= 120; id += 1) server.write("conversation", conversation(String(id)));
    const db = await freshDatabase();
    const term = await claimTerm(db);
    await firstLoad(db, term, never);
    server.write("conversation", conversation("1", { name: "Renamed" }));
    server.remove("conversation", "120");
    await readAhead(db, { side: 0, term }, never);
    const changes = server.changesSince((await db.read("feed-0"))?.cursor ?? "0");
    await applyFrames(db, { side: 0, term }, [{ type: "changes", more: false, ...changes }], null, 0);
    const held = await db.side(0).conversation.toArray();
    expect(new Map(held.map((row) => [row.id, row.name]))).toEqual(
      new Map([...server.conversations.values()].map((row) => [row.id, row.name])),
    );
  });

  test("reading ahead stops at 2,000 conversations; the rest waits for the list's end", async () => {
    for (let id = 1; id <= 2_300; id += 1) server.conversations.set(String(id), conversation(String(id)));
    server.pageSize = 200;
    const { db, term } = await loadedTab();
    await readAhead(db, { side: 0, term }, never);
    const count = await db.side(0).conversation.count();
    expect(count).toBeGreaterThanOrEqual(2_000);
    expect(count).toBeLessThan(2_300);
  });

  test("a reset that fails half way leaves the old copy as it was, and the next try completes it", async () => {
    for (let id = 1; id <= 80; id += 1) server.write("conversation", conversation(String(id)));
    const { db, term, loader } = await loadedTab();
    server.conversations.delete("80");
    server.answersLeft = 4;
    await expect(reloadBeside(db, loader, term, never)).rejects.toThrow();
    expect(await conversationIds(db, { shelf: "inbox", unreadOnly: false, name: "" })).toContain("80");
    expect(await db.side(1).conversation.count()).toBeGreaterThan(0);
    server.answersLeft = Infinity;
    await reloadBeside(db, loader, term, never);
    const ids = await conversationIds(db, { shelf: "inbox", unreadOnly: false, name: "" });
    expect(ids).toHaveLength(79);
    expect(await db.side(0).conversation.count()).toBe(0);
  });

  test("a granted channel is read by pages and then off the list, across a restart", async () => {
    const { db, term } = await loadedTab();
    server.write("channel", channel("2"));
    for (let id = 1; id <= 5; id += 1) server.conversations.set(String(id), conversation(String(id), { channel_id: "2" }));
    const granted = { type: "changes", rows: {}, more: false, cursor: "101", granted: ["2"] } as const;
    await applyFrames(db, { side: 0, term }, [granted], null, 0);
    server.reachable = false;
    await expect(readGranted(db, { side: 0, term }, never)).rejects.toThrow();
    server.reachable = true;
    await readGranted(db, { side: 0, term }, never);
    expect(await db.side(0).conversation.count()).toBe(5);
    expect((await db.read("list-0"))?.granted).toEqual([]);
  });
});

describe("read marks", () => {
  async function withUnread(): Promise<Tab> {
    const last = { id: "3", direction: "inbound", kind: "text", event: null, text: "hi", mentions: [], sender_name: "Ana", status: null, deleted_at: null } as const;
    server.write("conversation", conversation("1", { unread_count: 2, last_message: last }));
    for (const id of ["1", "2", "3"]) server.write("message", message(id));
    return loadedTab();
  }

  const unreadShown = async (db: LocalDatabase): Promise<number | undefined> =>
    (await db.side(0).conversation.get("1"))?.shown_unread;

  test("clear at once, wait for the network, are reported once and survive an older row", async () => {
    const { db, term } = await withUnread();
    server.reachable = false;
    expect(await applyReadMark(db, "1", "3")).toBe(true);
    expect(await unreadShown(db)).toBe(0);
    await expect(reportReadMarks(db, term, never)).rejects.toThrow();
    expect(await db.readMarks.count()).toBe(1);
    server.reachable = true;
    await reportReadMarks(db, term, never);
    await reportReadMarks(db, term, never);
    expect(server.readMarks).toEqual([{ conversationId: "1", messageId: "3" }]);
    expect(await db.readMarks.count()).toBe(0);
    expect(await unreadShown(db)).toBe(0);
  });

  test("what arrives while a mark waits counts from one", async () => {
    const { db, feed } = await withUnread();
    await applyReadMark(db, "1", "3");
    server.write("message", message("4"));
    server.write("conversation", conversation("1", { unread_count: 3 }));
    await feed();
    expect(await unreadShown(db)).toBe(1);
  });

  test("nothing is queued for a conversation without unread messages; a refused mark is dropped", async () => {
    const { db, term } = await withUnread();
    await applyReadMark(db, "1", "3");
    expect(await applyReadMark(db, "1", "3")).toBe(false);
    server.conversations.delete("1");
    await reportReadMarks(db, term, never);
    expect(await db.readMarks.count()).toBe(0);
  });

  test("the first unread message is found among events and own messages", async () => {
    const { db, loader } = await withUnread();
    server.write("message", message("4", { direction: "outbound" }));
    server.write("message", message("5", { kind: "event" }));
    server.write("message", message("6"));
    await loader.ensureNewest("1");
    expect(await firstUnread(db, "1", 2)).toBe(messagePosition(message("3")));
    expect(await firstUnread(db, "1", 0)).toBeNull();
  });
});
