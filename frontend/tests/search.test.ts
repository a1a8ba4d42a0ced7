import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";

import cases from "../../tests/search/queries.json";
import type { Attendee, Conversation, Message } from "../src/api/types";
import { holdsAll, isNamed, snippetOf } from "../src/search/finding";
import { chatsLocally, messagesLocally } from "../src/search/local";
import { InvalidQuery, searchQuery, type SearchQuery } from "../src/search/query";
import type { LocalDatabase } from "../src/sync/db";
import { messagePosition, toLocal } from "../src/sync/rows";
import { at, attachmentRow, attendee, channel, conversation, message } from "./rows";
import { freshDatabase } from "./store";

const TODAY = new Date(Date.UTC(2026, 4, 18, 12));
const query = (typed: string): SearchQuery => searchQuery(typed, TODAY, 0);

interface Case {
  readonly typed: string;
  readonly refused?: number;
  readonly query?: Record<string, unknown>;
}

describe("what is typed", () => {
  test.each(cases as unknown as Case[])("$typed is read as the table says", ({ typed, refused, query: expected = {} }) => {
    if (refused !== undefined) {
      expect(() => query(typed)).toThrow(expect.objectContaining({ name: "InvalidQuery", place: refused }) as Error);
      return;
    }
    const { wanted = [], before = null, after = null } = expected as { wanted?: unknown[][]; before?: string; after?: string };
    const empty = { sender: [], recipient: [], conversation: [], account: [], has: [], unread: false };
    expect(query(typed)).toEqual({
      ...empty,
      ...expected,
      wanted: wanted.map(([text, isPhrase, digits]) => ({ text, isPhrase, digits })),
      before: before === null ? null : `${before}T00:00:00.000Z`,
      after: after === null ? null : `${after}T00:00:00.000Z`,
    });
  });

  test("any text is read, or refused with a place inside it", () => {
    const pieces = fc.oneof(fc.constantFrom("from:", 'in:"', "has:image", "before:", "after:2026", '"', " ", "+49", "😀"), fc.string({ unit: "grapheme" }));
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const typed = parts.join("");
        try {
          query(typed);
        } catch (error) {
          if (!(error instanceof InvalidQuery)) throw error;
          expect(error.place).toBeGreaterThanOrEqual(1);
          expect(error.place).toBeLessThanOrEqual(Array.from(typed).length);
        }
      }),
    );
  });

  test("a day begins where its reader is", () => {
    expect(searchQuery("before:2026-05-18", TODAY, 540).before).toBe("2026-05-17T15:00:00.000Z");
  });
});

describe("a text", () => {
  test.each([
    ["Die Rechnung für das Übergrößenpaket", ["rechnung", "ubergros", '"für das"', "RECHN das"], ["echnung", '"rechnung das"']],
    ["北京大学的食堂很好吃", ["北京", "京大", "吃"], ["京北"]],
    ["東京タワーへ行きました", ["タワー", "行きま"], ["東タ"]],
    ["สวัสดีครับ ผมต้องการสั่งซื้อ", ["สวัสดี", "สั่งซื้อ"], ["ขาย"]],
    ["السَّلَامُ عَلَيْكُم", ["السلام", "عليكم"], ["كم"]],
    ["Tôi ở Đà Nẵng", ["da nang", "nẵng"], ["ang"]],
    ["+49 (170) 123-4567", ["0170-123", "+49 170 123", "491701", "1234567"], ["0171 123"]],
    ["ann.lee@shop.example.com", ["ann.lee@shop.example.com", "lee@shop", "example"], ["xample"]],
  ])("%s is found as the server finds it", (text, found, missed) => {
    for (const typed of found) expect([typed, holdsAll(text, query(typed).wanted)]).toEqual([typed, true]);
    for (const typed of missed) expect([typed, holdsAll(text, query(typed).wanted)]).toEqual([typed, false]);
  });

  test("marks stand where the words stand", () => {
    const snippet = snippetOf("😀 Größe: GROSS", [], query("gross").wanted);
    expect(snippet.marks.map(([from, to]) => snippet.text.slice(from, to))).toEqual(["Größ", "GROSS"]);
    const long = snippetOf(`${"word ".repeat(300)}needle${" more".repeat(300)}`, [], query("needle").wanted);
    expect(long.marks.map(([from, to]) => long.text.slice(from, to))).toEqual(["needle"]);
    expect([long.cut_before, long.cut_after]).toEqual([true, true]);
  });

  test("a name is meant by the beginnings of its words, or by a number", () => {
    expect(isNamed("Ana Martínez\n+491701234567", "martinez a")).toBe(true);
    expect(isNamed("Ana Martínez\n+491701234567", "0170 1234")).toBe(true);
    expect(isNamed("Ana Martínez", "tinez")).toBe(false);
  });
});

describe("on this device", () => {
  let db: LocalDatabase;
  const never = new AbortController().signal;

  const store = async (chats: Conversation[], rows: Message[], people: Attendee[] = []): Promise<void> => {
    const tables = db.side(0);
    await tables.channel.bulkPut([channel("1")]);
    await tables.attendee.bulkPut(people);
    await tables.conversation.bulkPut(chats.map(toLocal.conversation));
    await tables.message.bulkPut(rows.map(toLocal.message));
    await tables.thread.bulkPut(
      chats.map(({ id }) => ({ conversation_id: id, channel_id: "1", floor: "", cursor: null, complete: true, history_revision: 0 })),
    );
  };
  const found = async (typed: string): Promise<string[]> =>
    (await messagesLocally(db, query(typed), never)).hits.map((hit) => hit.message_id);

  beforeEach(async () => {
    db = await freshDatabase();
  });

  test("messages are found by words and every operator, the newest first", async () => {
    await store(
      [
        conversation("1", { name: "Ana Martínez", contact_id: "9", unread_count: 1 }),
        conversation("2", { name: "Team Lisbon", kind: "group", title: "Team Lisbon" }),
      ],
      [
        message("11", { text: "hello one" }),
        message("12", { text: "hello two", conversation_id: "2", sender_id: "8", sender_name: "Ben" }),
        message("13", { text: "hello three https://x.example", direction: "outbound", sender_id: null, sender_name: null }),
        message("14", { text: "hello gone", deleted_at: at(20) }),
        message("15", { text: "", attachments: [attachmentRow({ kind: "file", name: "Größe.pdf" })] }),
        message("16", { text: "hello five", sent_at: "2026-06-01T00:00:00.000Z" }),
      ],
      [attendee("9", { name: "Ana Martínez", phone: "+491701234567" })],
    );
    expect(await found("hello")).toEqual(["16", "13", "12", "11"]);
    expect(await found("from:ana hello")).toEqual(["16", "11"]);
    expect(await found("from:0170-1234 hello")).toEqual(["16", "11"]);
    expect(await found("from:me")).toEqual(["13"]);
    expect(await found("to:ana")).toEqual(["13"]);
    expect(await found("in:lisbon")).toEqual(["12"]);
    expect(await found("in:#2")).toEqual(["12"]);
    expect(await found("account:whatsapp two")).toEqual(["12"]);
    expect(await found("account:linkedin two")).toEqual([]);
    expect(await found("grosse")).toEqual(["15"]);
    expect(await found("has:file")).toEqual(["15"]);
    expect(await found("has:link")).toEqual(["13"]);
    expect(await found("hello before:2026-06")).toEqual(["13", "12", "11"]);
    expect(await found("hello after:2026-06")).toEqual(["16"]);
    expect(await found("is:unread")).toEqual(["16"]);
    expect(await found("!!!")).toEqual([]);
  });

  test("what lies below a hole is not shown, and the reach is told", async () => {
    await store([conversation("1")], [message("11"), message("12")]);
    const thread = await db.side(0).thread.get("1");
    if (thread !== undefined) await db.side(0).thread.put({ ...thread, complete: false, floor: messagePosition(message("12")) });
    const finds = await messagesLocally(db, query("text"), never);
    expect(finds.hits.map((hit) => hit.message_id)).toEqual(["12"]);
    expect(finds.reach).toEqual({ messages: 1, conversations: 1, since: message("12").sent_at });
  });

  test("chats are found by name, title and number; with operators none", async () => {
    await store(
      [conversation("1", { name: "Ana", contact_id: "9" }), conversation("2", { name: "Anatomy", title: "Anatomy" }), conversation("3")],
      [],
      [attendee("9", { name: "Ana", phone: "+491701234567" })],
    );
    const chats = async (typed: string): Promise<string[]> => (await chatsLocally(db, query(typed))).map((row) => row.id);
    expect(await chats("ana")).toEqual(["2", "1"]);
    expect(await chats("0170 1234")).toEqual(["1"]);
    expect(await chats("ana has:image")).toEqual([]);
    expect(await chats("ana account:whatsapp")).toEqual(["2", "1"]);
  });
});
