import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { ChangesFrame, Gone, Message } from "../src/api/types";
import {
  activateSide,
  applyConversation,
  applyFrames,
  applyThreadPage,
  beginSide,
  claimTerm,
  CopyReplaced,
  LeadershipLost,
} from "../src/sync/apply";
import type { LocalDatabase } from "../src/sync/db";
import { conversationIds } from "../src/sync/conversationList";
import { attendee, channel, conversation, message } from "./rows";
import { freshDatabase } from "./store";

const frame = (fields: Partial<ChangesFrame>): ChangesFrame => ({ type: "changes", rows: {}, more: false, cursor: "c", ...fields });

async function loaded(channels = ["1", "2"]): Promise<{ db: LocalDatabase; term: number }> {
  const db = await freshDatabase();
  const term = await claimTerm(db);
  const page = { items: [], attendees: [], next_cursor: null };
  const first = { feedCursor: "c0", channels: channels.map((id) => channel(id)), page, now: 0 };
  await beginSide(db, { side: 0, term }, first, true);
  return { db, term };
}

interface Write {
  readonly id: string;
  readonly version: string;
  readonly text: string | null;
}

/** A history of one table: each write has its own version; a null text is a disappearance. */
const history = fc
  .array(fc.record({ id: fc.constantFrom("1", "2", "3", "18446744073709551615"), text: fc.option(fc.string()) }), {
    maxLength: 24,
  })
  .map((writes) => writes.map<Write>((write, index) => ({ ...write, version: String(95 + index * 7) })));

/** Every write arrives at least once, some twice, in any order. */
const delivered = history.chain((writes) => {
  const arriving = writes.flatMap((write, index) => (index % 2 === 0 ? [write, write] : [write]));
  return fc
    .shuffledSubarray(arriving, { minLength: arriving.length })
    .map((arrivals) => ({ writes, arrivals }));
});

function asFrame(write: Write): ChangesFrame {
  const { id, version, text } = write;
  return text === null
    ? frame({ gone: [{ entity: "message", id, version }], cursor: version })
    : frame({ rows: { message: [message(id, { sent_at: "2026-05-18T12:00:00.000Z", version, text })] }, cursor: version });
}

describe("frames", () => {
  test("G6, G7: in any order and any number of times they end in the server's table", async () => {
    await fc.assert(
      fc.asyncProperty(delivered, fc.integer({ min: 1, max: 5 }), async ({ writes, arrivals }, size) => {
        const { db, term } = await loaded();
        for (let from = 0; from < arrivals.length; from += size) {
          const frames = arrivals.slice(from, from + size).map(asFrame);
          await applyFrames(db, { side: 0, term }, frames, null, 0);
        }
        const table = new Map<string, string>();
        for (const { id, text } of writes) {
          if (text === null) table.delete(id);
          else table.set(id, text);
        }
        const held = await db.side(0).message.toArray();
        expect(new Map(held.map((row) => [row.id, row.text]))).toEqual(table);
        db.close();
      }),
      { numRuns: 60 },
    );
  });

  test("versions compare as numbers, beyond what a double can hold", async () => {
    const { db, term } = await loaded();
    const write = (version: string, text: string): Promise<void> =>
      applyFrames(db, { side: 0, term }, [frame({ rows: { message: [message("1", { version, text })] } })], null, 0);
    await write("9007199254740993", "newer");
    await write("9007199254740992", "older");
    await write("999", "oldest");
    expect((await db.side(0).message.get("1"))?.text).toBe("newer");
  });

  test("rows and cursor are stored together or not at all", async () => {
    const { db, term } = await loaded();
    const broken = { ...message("1"), attachments: null } as unknown as Message;
    const bad = frame({ rows: { conversation: [conversation("1")], message: [broken] }, cursor: "c1" });
    await expect(applyFrames(db, { side: 0, term }, [bad], null, 0)).rejects.toThrow();
    expect(await db.side(0).conversation.count()).toBe(0);
    expect((await db.read("feed-0"))?.cursor).toBe("c0");
  });

  test("an old leader's transaction fails and writes nothing", async () => {
    const { db, term } = await loaded();
    await claimTerm(db);
    const late = frame({ rows: { conversation: [conversation("1")] } });
    await expect(applyFrames(db, { side: 0, term }, [late], null, 0)).rejects.toThrow(LeadershipLost);
    expect(await db.side(0).conversation.count()).toBe(0);
  });

  test("G11: a revoked channel goes with everything of it, in the frame's own transaction", async () => {
    const { db, term } = await loaded();
    const rows = {
      conversation: [conversation("1"), conversation("2", { channel_id: "2" })],
      message: [message("1"), message("2", { channel_id: "2", conversation_id: "2" })],
      attendee: [attendee("1"), attendee("2", { channel_id: "2" })],
      member: [{ id: "1", channel_id: "2", conversation_id: "2", attendee_id: "2", version: "1" }],
      draft: [{ id: "1", channel_id: "2", conversation_id: "2", text: "x", updated_at: "2026-05-18T12:00:00.000Z", version: "1" }],
    };
    await applyFrames(db, { side: 0, term }, [frame({ rows }), frame({ revoked: ["2"], cursor: "c2" })], null, 0);
    const tables = db.side(0);
    for (const table of [tables.conversation, tables.message, tables.attendee, tables.channel]) {
      expect(await table.toCollection().primaryKeys()).toEqual(["1"]);
    }
    expect(await tables.member.count()).toBe(0);
    expect(await tables.draft.count()).toBe(0);
    expect((await db.read("feed-0"))?.cursor).toBe("c2");
  });

  test("a page asked for before the revocation does not bring the channel back", async () => {
    const { db, term } = await loaded();
    await applyFrames(db, { side: 0, term }, [frame({ revoked: ["2"] })], null, 0);
    await applyConversation(db, { side: 0, term: null }, conversation("5", { channel_id: "2" }));
    const request = { conversationId: "5", channelId: "2", cursor: null, historyRevision: 0 };
    const page = { items: [message("5", { channel_id: "2", conversation_id: "5" })], attendees: [], next_cursor: null, newer_cursor: null };
    await applyThreadPage(db, { side: 0, term: null }, request, page);
    expect(await db.side(0).conversation.count()).toBe(0);
    expect(await db.side(0).message.count()).toBe(0);
    expect(await db.side(0).thread.count()).toBe(0);
  });

  test("a conversation that disappears takes its messages along; an unknown entity is ignored", async () => {
    const { db, term } = await loaded();
    const rows = { conversation: [conversation("1"), conversation("11")], message: [message("1"), message("2", { conversation_id: "11" })] };
    const gone = [
      { entity: "conversation", id: "1", version: "5" },
      { entity: "__proto__", id: "11", version: "5" } as unknown as Gone,
    ];
    await applyFrames(db, { side: 0, term }, [frame({ rows }), frame({ gone: gone as Gone[] })], null, 0);
    expect(await db.side(0).message.toCollection().primaryKeys()).toEqual(["2"]);
    expect(await db.side(0).conversation.toCollection().primaryKeys()).toEqual(["11"]);
  });

  test("B20: prototype keys and unknown fields neither pollute nor are kept", async () => {
    const { db, term } = await loaded();
    const text = JSON.stringify(message("1")).replace(
      "{",
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"unheard":1,',
    );
    await applyFrames(db, { side: 0, term }, [frame({ rows: { message: [JSON.parse(text) as Message] } })], null, 0);
    const held = await db.side(0).message.get("1");
    expect(Object.keys(held ?? {})).not.toContain("unheard");
    expect(Object.hasOwn(held ?? {}, "__proto__")).toBe(false);
    expect(Object.hasOwn(held ?? {}, "constructor")).toBe(false);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    await applyFrames(db, { side: 0, term }, [frame({ rows: { message: [message("__proto__")] } })], null, 0);
    expect((await db.side(0).message.get("__proto__"))?.text).toBe("text __proto__");
  });
});

describe("sides", () => {
  test("a reset fills the other side while the old one is read, and switches at once", async () => {
    const { db, term } = await loaded();
    const old = frame({ rows: { conversation: [conversation("1", { name: "Old" })] } });
    await applyFrames(db, { side: 0, term }, [old], null, 0);
    const page = { items: [conversation("1", { name: "New", version: "0" })], attendees: [], next_cursor: null };
    await beginSide(db, { side: 1, term }, { feedCursor: "n", channels: [channel("1")], page, now: 1 }, false);
    const name = async (): Promise<string | undefined> => (await (await db.activeTables()).conversation.get("1"))?.name;
    expect(await name()).toBe("Old");
    await activateSide(db, { side: 1, term });
    expect(await name()).toBe("New");
  });

  test("a reader's page asked for from the old copy is refused by the new one", async () => {
    const { db, term } = await loaded();
    const first = { feedCursor: "n", channels: [channel("1")], page: { items: [], attendees: [], next_cursor: null }, now: 1 };
    await beginSide(db, { side: 1, term }, first, true);
    await expect(applyConversation(db, { side: 0, term: null }, conversation("1"))).rejects.toThrow(CopyReplaced);
  });
});

test("the list is ordered by pin, time and id as a number, and holds nothing below its first hole", async () => {
  const { db, term } = await loaded();
  const same = "2026-05-18T12:00:00.000Z";
  const items = [
    conversation("3", { pinned: true, last_message_at: "2020-01-01T00:00:00.000Z" }),
    conversation("10", { last_message_at: same }),
    conversation("9", { last_message_at: same }),
    conversation("8", { last_message_at: "2026-05-17T12:00:00.000Z" }),
  ];
  const page = { items, attendees: [], next_cursor: "more", newer_cursor: null };
  await beginSide(db, { side: 0, term }, { feedCursor: "c", channels: [channel("1")], page, now: 0 }, true);
  const below = conversation("7", { last_message_at: "2026-05-01T12:00:00.000Z" });
  await applyFrames(db, { side: 0, term }, [frame({ rows: { conversation: [below] } })], null, 0);
  expect(await conversationIds(db, { shelf: "inbox", unreadOnly: false, name: "" })).toEqual(["3", "10", "9", "8"]);
  expect(await conversationIds(db, { shelf: "inbox", unreadOnly: false, name: "PERSON 7" })).toEqual(["7"]);
});
