import { beforeEach, describe, expect, test } from "vitest";

import { applyFrames, beginSide, claimTerm } from "../src/sync/apply";
import { conversationIds, type ListFilter } from "../src/sync/conversationList";
import type { LocalDatabase } from "../src/sync/db";
import type { ConversationChange, OutboxEntry } from "../src/sync/outbox/entries";
import { archivedConversations, unreadConversations } from "../src/sync/queries";
import { channel, conversation, outboxEntry } from "./rows";
import { freshDatabase } from "./store";

const ALL: ListFilter = { shelf: "inbox", unreadOnly: false, name: "" };
const at = (hour: number): string => new Date(Date.UTC(2026, 4, 18) + hour * 3_600_000).toISOString();

let db: LocalDatabase;
let term: number;

const entry = (id: string, hour: number, fields: Partial<OutboxEntry> = {}): OutboxEntry =>
  outboxEntry({ client_id: `${id} ${hour}`, conversation_id: id, created_at: Date.parse(at(hour)), ...fields });

const write = (...entries: readonly OutboxEntry[]): Promise<unknown> => db.outbox.entries.bulkAdd([...entries]);
const ids = (filter: Partial<ListFilter> = {}): Promise<string[]> => conversationIds(db, { ...ALL, ...filter });

beforeEach(async () => {
  db = await freshDatabase();
  term = await claimTerm(db);
  const items = [
    conversation("9", { name: "Rui", pinned: true, last_message_at: at(1) }),
    conversation("5", { name: "Ana", last_message_at: at(12) }),
    conversation("4", { name: "Bea", last_message_at: at(11), unread_count: 2 }),
    conversation("3", { name: "Ana Silva", last_message_at: at(10) }),
    conversation("2", { name: "Gil", last_message_at: at(9), unread_count: 1 }),
  ];
  const page = { items, attendees: [], next_cursor: "more" };
  await beginSide(db, { side: 0, term }, { feedCursor: "c", channels: [channel("1")], page, now: 0 }, true);
  const others = [
    conversation("1", { name: "Far", last_message_at: at(2) }),
    conversation("8", { name: "Old", archived: true, last_message_at: at(3) }),
  ];
  const rows = { type: "changes", rows: { conversation: others }, gone: [], more: false, cursor: "d" } as const;
  await applyFrames(db, { side: 0, term }, [rows], null, 0);
});

describe("a conversation that is written to moves to where its words put it", () => {
  test.each([
    ["nowhere without any", [], ["9", "5", "4", "3", "2"]],
    ["above all that are older, below the pinned", [entry("3", 13)], ["9", "3", "5", "4", "2"]],
    ["between others where the clock says so", [entry("2", 11.5)], ["9", "5", "2", "4", "3"]],
    ["several, the last written first", [entry("2", 13), entry("3", 14), entry("4", 11.5)], ["9", "3", "2", "5", "4"]],
    ["by the last of several words", [entry("3", 13), entry("2", 14), entry("3", 15)], ["9", "3", "2", "5", "4"]],
    ["not down", [entry("5", 8)], ["9", "5", "4", "3", "2"]],
    ["from below the list's first hole too", [entry("1", 13)], ["9", "1", "5", "4", "3", "2"]],
    ["not off its shelf", [entry("8", 13)], ["9", "5", "4", "3", "2"]],
    ["not by what is done to a message", [entry("3", 13, { wish: { kind: "react", message_id: "7", emoji: "" } })], ["9", "5", "4", "3", "2"]],
    ["when it failed as well", [entry("3", 13, { state: "failed" })], ["9", "3", "5", "4", "2"]],
  ] as const)("%s", async (_, entries, expected) => {
    await write(...entries);
    expect(await ids()).toEqual(expected);
  });

  test.each([
    ["among the unread", { unreadOnly: true }, "5", ["5", "4", "2"]],
    ["not twice", { unreadOnly: true }, "4", ["4", "2"]],
    ["not where its name is not looked for", { unreadOnly: true, name: "gil" }, "5", ["2"]],
    ["not from another shelf", { unreadOnly: true }, "8", ["4", "2"]],
  ] as const)("one that has been read is kept %s", async (_, filter, kept, expected) => {
    expect(await conversationIds(db, { ...ALL, ...filter }, kept)).toEqual(expected);
  });

  test("among the unread, and among those with a name, too", async () => {
    await write(entry("2", 13), entry("3", 14));
    expect(await ids({ unreadOnly: true })).toEqual(["2", "4"]);
    expect(await ids({ name: "ana" })).toEqual(["3", "5"]);
  });

  test("and stays there when its row comes, however the clocks differ", async () => {
    await write(entry("3", 13, { state: "sent", sent_at: Date.parse(at(13)) }));
    const before = await ids();
    const row = conversation("3", { name: "Ana Silva", last_message_at: at(12.9), version: "99" });
    await applyFrames(db, { side: 0, term }, [{ type: "changes", rows: { conversation: [row] }, gone: [], more: false, cursor: "e" }], null, 0);
    expect(await ids()).toEqual(before);
    await db.outbox.entries.clear();
    expect(await ids()).toEqual(before);
  });
});

describe("what is wished of a conversation shows before the server has it", () => {
  const wish = (id: string, change: ConversationChange, fields: Partial<OutboxEntry> = {}): OutboxEntry =>
    entry(id, 20, { client_id: `${id} ${JSON.stringify(change)}`, wish: { kind: "conversation", change }, ...fields });
  const archive = wish("4", { archived: true });

  test.each([
    ["pinned: among the pinned", [wish("3", { pinned: true })], ["3", "9", "5", "4", "2"], 2],
    ["taken off: below the list's first hole, not shown", [wish("9", { pinned: false })], ["5", "4", "3", "2"], 2],
    ["archived: gone, with its unread ones", [archive], ["9", "5", "3", "2"], 1],
    ["archived and taken out again", [archive, wish("4", { archived: false })], ["9", "5", "4", "3", "2"], 2],
    ["read and unread", [wish("5", { marked_unread: true })], ["9", "5", "4", "3", "2"], 3],
    ["refused: as the server has it", [wish("4", { archived: true }, { state: "failed" })], ["9", "5", "4", "3", "2"], 2],
    ["pinned, and written to", [wish("2", { pinned: true }), entry("2", 13)], ["2", "9", "5", "4", "3"], 2],
  ] as const)("%s", async (_, entries, expected, unread) => {
    await write(...entries);
    expect(await ids()).toEqual(expected);
    expect(await unreadConversations(db)).toBe(unread);
  });

  test("on the other shelf, among the unread and among those with a name, too", async () => {
    await write(archive, wish("5", { marked_unread: true }));
    expect(await ids({ shelf: "archived" })).toEqual(["4"]);
    expect(await archivedConversations(db)).toBe(2);
    expect(await ids({ unreadOnly: true })).toEqual(["5", "2"]);
    expect(await ids({ name: "bea" })).toEqual([]);
    expect(await ids({ shelf: "archived", name: "bea" })).toEqual(["4"]);
  });

  test("and nothing moves when the server has it", async () => {
    await write(archive);
    const before = await ids();
    const row = conversation("4", { name: "Bea", last_message_at: at(11), unread_count: 2, archived: true, version: "99" });
    await applyFrames(db, { side: 0, term }, [{ type: "changes", rows: { conversation: [row] }, gone: [], more: false, cursor: "e" }], null, 0);
    expect(await ids()).toEqual(before);
    await db.outbox.entries.clear();
    expect(await ids()).toEqual(before);
  });
});
