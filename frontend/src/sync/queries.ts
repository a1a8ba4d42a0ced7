/** The named reads of the screen. Each runs again by itself when what it read has changed, in any tab. */
import type { Attendee, Channel, Id } from "../api/types";
import { folded } from "../lib/text";
import type { LocalDatabase, ThreadState } from "./db";
import type { LocalConversation, LocalMessage, Shelf } from "./rows";

export interface ListFilter {
  readonly shelf: Shelf;
  readonly unreadOnly: boolean;
  /** Part of a name; "" for all. */
  readonly name: string;
}

const LAST = "\uffff";

/** The ids of the list, newest first, as far down as the list is read without holes. */
export async function conversationIds(db: LocalDatabase, filter: ListFilter): Promise<Id[]> {
  const side = await db.activeSide();
  const { conversation } = db.side(side);
  const { shelf, unreadOnly, name } = filter;
  const floor = (await db.read(`list-${side}`))?.floor ?? "";
  const range = unreadOnly
    ? conversation.where("[shelf+unread+order]").between([shelf, 1, ""], [shelf, 1, LAST])
    : conversation.where("[shelf+order]").between([shelf, name === "" ? floor : ""], [shelf, LAST]);
  const newestFirst = range.reverse();
  if (name === "") return newestFirst.primaryKeys();
  const wanted = folded(name);
  const rows = await newestFirst.toArray();
  return rows.filter((row) => folded(row.name).includes(wanted)).map((row) => row.id);
}

export async function conversations(db: LocalDatabase, ids: readonly Id[]): Promise<LocalConversation[]> {
  const tables = await db.activeTables();
  const rows = await tables.conversation.bulkGet([...ids]);
  return rows.filter((row): row is LocalConversation => row !== undefined);
}

export async function conversation(db: LocalDatabase, id: Id): Promise<LocalConversation | null> {
  const tables = await db.activeTables();
  return (await tables.conversation.get(id)) ?? null;
}

export async function unreadConversations(db: LocalDatabase): Promise<number> {
  const tables = await db.activeTables();
  return tables.conversation.where("[shelf+unread+order]").between(["inbox", 1, ""], ["inbox", 1, LAST]).count();
}

export async function archivedConversations(db: LocalDatabase): Promise<number> {
  const tables = await db.activeTables();
  return tables.conversation.where("[shelf+order]").between(["archived", ""], ["archived", LAST]).count();
}

/** Whether everything the server lists is listed here; null before the first load. */
export async function listComplete(db: LocalDatabase): Promise<boolean | null> {
  return (await db.read(`list-${await db.activeSide()}`))?.complete ?? null;
}

export async function channels(db: LocalDatabase): Promise<Channel[]> {
  const tables = await db.activeTables();
  return tables.channel.toArray();
}

/** Whether the reader is owner or admin of any account. */
export async function administersAccount(db: LocalDatabase): Promise<boolean> {
  return (await channels(db)).some((channel) => channel.role !== "member");
}

export async function attendee(db: LocalDatabase, id: Id): Promise<Attendee | null> {
  const tables = await db.activeTables();
  return (await tables.attendee.get(id)) ?? null;
}

export async function thread(db: LocalDatabase, conversationId: Id): Promise<ThreadState | null> {
  const tables = await db.activeTables();
  return (await tables.thread.get(conversationId)) ?? null;
}

/** A stretch of one thread by position, both ends included; `null` is open. */
export interface Stretch {
  readonly conversationId: Id;
  readonly from: string | null;
  readonly to: string | null;
}

/** The messages of a stretch, oldest first, none from below the thread's first hole. */
export async function messages(db: LocalDatabase, stretch: Stretch): Promise<LocalMessage[]> {
  const tables = await db.activeTables();
  const { conversationId: id, from, to } = stretch;
  const floor = (await tables.thread.get(id))?.floor ?? "";
  const lower = from === null || from < floor ? floor : from;
  if (to !== null && to < lower) return [];
  return tables.message
    .where("[conversation_id+position]")
    .between([id, lower], [id, to ?? LAST], true, true)
    .toArray();
}

/** The position `count` messages before (or after) a position; the last there is, or null when there is none. */
export async function positionAway(
  db: LocalDatabase,
  conversationId: Id,
  position: string | null,
  count: number,
  way: "before" | "after",
): Promise<string | null> {
  const tables = await db.activeTables();
  const floor = (await tables.thread.get(conversationId))?.floor ?? "";
  const index = tables.message.where("[conversation_id+position]");
  const found =
    way === "before"
      ? await index
          .between([conversationId, floor], [conversationId, position ?? LAST], true, false)
          .reverse()
          .limit(count)
          .toArray()
      : await index
          .between([conversationId, position ?? floor], [conversationId, LAST], false, true)
          .limit(count)
          .toArray();
  return found.at(-1)?.position ?? null;
}

const countsAsUnread = (message: LocalMessage): boolean =>
  message.direction === "inbound" && message.deleted_at === null && message.kind !== "event";

/** Messages that arrived after a position. */
export async function countAfter(db: LocalDatabase, conversationId: Id, position: string): Promise<number> {
  const tables = await db.activeTables();
  return tables.message
    .where("[conversation_id+position]")
    .between([conversationId, position], [conversationId, LAST], false, true)
    .count();
}

export interface Opening {
  /** The newest messages, oldest first: what a thread shows before anything else is known. */
  readonly messages: readonly LocalMessage[];
  /** The first unread message, as far as it is here. */
  readonly newFrom: string | null;
  /** Whether the newest page was ever read, so that nothing is missing after the oldest of `messages`. */
  readonly known: boolean;
}

/** The most messages an opening looks back for its first unread one. */
const FARTHEST = 400;

/** What it takes to open a thread with `unread` unread messages, in one read: `context` more stand above the first of them. */
export function opening(db: LocalDatabase, conversationId: Id, unread: number, context: number): Promise<Opening> {
  const tables = [db.state, db.side(0).thread, db.side(0).message, db.side(1).thread, db.side(1).message];
  return db.transaction("r", tables, async () => {
    const { thread, message } = await db.activeTables();
    const state = await thread.get(conversationId);
    const index = message.where("[conversation_id+position]");
    const newestFirst = await index
      .between([conversationId, state?.floor ?? ""], [conversationId, LAST], true, true)
      .reverse()
      .limit(Math.min(FARTHEST, unread * 2 + context))
      .toArray();
    const newFrom = unread === 0 ? null : (newestFirst.filter(countsAsUnread).slice(0, unread).at(-1)?.position ?? null);
    return { messages: newestFirst.toReversed(), newFrom, known: state !== undefined };
  });
}

/** The position of the oldest of the `count` newest unread messages, as far as they are here; null when none is. */
export async function firstUnread(db: LocalDatabase, conversationId: Id, count: number): Promise<string | null> {
  return (await opening(db, conversationId, count, 0)).newFrom;
}
