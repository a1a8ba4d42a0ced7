/** The named reads of the screen. Each runs again by itself when what it read has changed, in any tab. */
import type { Attachment, Attendee, Channel, Id } from "../api/types";
import { folded } from "../lib/text";
import { conversationCount } from "./conversationList";
import type { LocalDatabase, Side, SideTables, ThreadState } from "./db";
import { withPeople } from "./people";
import type { LocalConversation, LocalMessage } from "./rows";

const LAST = "\uffff";

/** Conversations of one account that a message can go to, by part of a name, the newest first. */
export async function forwardTargets(db: LocalDatabase, channelId: Id, name: string, limit: number): Promise<LocalConversation[]> {
  const { conversation } = await db.activeTables();
  const wanted = folded(name);
  return conversation
    .where("[shelf+order]")
    .between(["inbox", ""], ["inbox", LAST])
    .reverse()
    .filter((row) => row.channel_id === channelId && !row.read_only && folded(row.name).includes(wanted))
    .limit(limit)
    .toArray();
}

export async function conversations(db: LocalDatabase, ids: readonly Id[]): Promise<LocalConversation[]> {
  const tables = await db.activeTables();
  const rows = await tables.conversation.bulkGet([...ids]);
  return rows.filter((row): row is LocalConversation => row !== undefined);
}

/** Who is at the other end of these direct conversations. */
export async function contactIds(db: LocalDatabase, ids: readonly Id[]): Promise<Id[]> {
  const rows = await conversations(db, ids);
  return [...new Set(rows.map((row) => row.contact_id).filter((id) => id !== null))];
}

export async function conversation(db: LocalDatabase, id: Id): Promise<LocalConversation | null> {
  const tables = await db.activeTables();
  return (await tables.conversation.get(id)) ?? null;
}

export function unreadConversations(db: LocalDatabase): Promise<number> {
  return conversationCount(db, "inbox", true);
}

export function archivedConversations(db: LocalDatabase): Promise<number> {
  return conversationCount(db, "archived", false);
}

/** Whether everything the server lists is listed here; null before the first load. */
export async function listComplete(db: LocalDatabase): Promise<boolean | null> {
  return (await db.read(`list-${await db.activeSide()}`))?.complete ?? null;
}

export async function channels(db: LocalDatabase): Promise<Channel[]> {
  const tables = await db.activeTables();
  return tables.channel.toArray();
}

export async function channel(db: LocalDatabase, id: Id): Promise<Channel | null> {
  const tables = await db.activeTables();
  return (await tables.channel.get(id)) ?? null;
}

/** Whether the reader is owner or admin of any account. */
export async function administersAccount(db: LocalDatabase): Promise<boolean> {
  return (await channels(db)).some((channel) => channel.role !== "member");
}

export async function attendees(db: LocalDatabase, ids: readonly Id[]): Promise<Attendee[]> {
  const tables = await db.activeTables();
  const rows = await tables.attendee.bulkGet([...ids]);
  return rows.filter((row): row is Attendee => row !== undefined);
}

/** People of one account by part of a name or number, each person once. */
export async function attendeesByName(db: LocalDatabase, channelId: Id, typed: string, limit: number): Promise<Attendee[]> {
  const wanted = folded(typed.trim());
  if (wanted === "") return [];
  const digits = wanted.replace(/\D/g, "");
  const { attendee } = await db.activeTables();
  const found = await attendee
    .where("channel_id")
    .equals(channelId)
    .filter((row) => {
      if (row.is_self || row.same_as_id !== null) return false;
      return folded(row.name).includes(wanted) || digits.length > 2 && (row.phone ?? "").includes(digits);
    })
    .toArray();
  return found.toSorted((a, b) => a.name.localeCompare(b.name)).slice(0, limit);
}

export async function attendee(db: LocalDatabase, id: Id): Promise<Attendee | null> {
  const tables = await db.activeTables();
  return (await tables.attendee.get(id)) ?? null;
}

/** Those of these attendees that are known here; ids joined by commas. */
export async function attendeesOf(db: LocalDatabase, ids: string): Promise<Attendee[]> {
  return attendees(db, ids === "" ? [] : ids.split(","));
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
  /** The ends of an island that the stretch lies in, below the thread's first hole. */
  readonly island?: Ends | null;
}

export interface Ends {
  readonly low: string;
  readonly high: string;
}

/** The messages of a stretch, oldest first, none from below the thread's first hole (or from outside of the island). */
export async function messages(db: LocalDatabase, stretch: Stretch): Promise<LocalMessage[]> {
  const tables = await db.activeTables();
  const { conversationId: id, from, to, island } = stretch;
  const floor = island?.low ?? (await tables.thread.get(id))?.floor ?? "";
  const lower = from === null || from < floor ? floor : from;
  if (to !== null && to < lower) return [];
  const found = await tables.message
    .where("[conversation_id+position]")
    .between([id, lower], [id, to ?? LAST], true, true)
    .toArray();
  return withPeople(tables, found);
}

/** The position `count` messages before (or after) a position; the last there is, or null when there is none. */
export async function positionAway(
  db: LocalDatabase,
  conversationId: Id,
  position: string | null,
  count: number,
  way: "before" | "after",
  island: Ends | null = null,
): Promise<string | null> {
  const tables = await db.activeTables();
  const floor = island?.low ?? (await tables.thread.get(conversationId))?.floor ?? "";
  const ceiling = island?.high ?? LAST;
  const index = tables.message.where("[conversation_id+position]");
  const found =
    way === "before"
      ? await index
          .between([conversationId, floor], [conversationId, position ?? LAST], true, false)
          .reverse()
          .limit(count)
          .toArray()
      : await index
          .between([conversationId, position ?? floor], [conversationId, ceiling], false, true)
          .limit(count)
          .toArray();
  return found.at(-1)?.position ?? null;
}

/** Whether a whole thread has a message before a position; null asks of none. */
export async function isBefore(db: LocalDatabase, conversationId: Id, position: string | null): Promise<boolean> {
  return position !== null && (await positionAway(db, conversationId, position, 1, "before")) !== null;
}

/** Where a message of this device stands. */
export async function messagePosition(db: LocalDatabase, id: Id): Promise<string | null> {
  const tables = await db.activeTables();
  return (await tables.message.get(id))?.position ?? null;
}

/** The ends of a stretch with `count` messages on either side of a position; `to` is null where it reaches the newest. */
export async function stretchAround(
  db: LocalDatabase,
  conversationId: Id,
  position: string,
  count: number,
  island: Ends | null,
): Promise<{ readonly from: string; readonly to: string | null }> {
  const from = await positionAway(db, conversationId, position, count, "before", island);
  const to = await positionAway(db, conversationId, position, count, "after", island);
  const beyond = to === null ? null : await positionAway(db, conversationId, to, 1, "after", island);
  return { from: from ?? position, to: beyond === null && island === null ? null : (to ?? position) };
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

/** Where the newest message of a conversation stands. */
export async function newestPosition(db: LocalDatabase, conversationId: Id): Promise<string | null> {
  return positionAway(db, conversationId, null, 1, "before");
}

/** The newest message from the other side, and of our side by anybody else, after a position. */
export async function newsSince(
  db: LocalDatabase,
  conversationId: Id,
  position: string,
  userId: Id,
): Promise<{ readonly inbound: LocalMessage | null; readonly ours: LocalMessage | null }> {
  const tables = await db.activeTables();
  const found = await tables.message
    .where("[conversation_id+position]")
    .between([conversationId, position], [conversationId, LAST], false, true)
    .filter((row) => row.kind !== "event" && row.deleted_at === null)
    .toArray();
  return {
    inbound: found.findLast(({ direction }) => direction === "inbound") ?? null,
    ours: found.findLast(({ direction, author_id }) => direction === "outbound" && author_id !== userId) ?? null,
  };
}

export async function message(db: LocalDatabase, id: Id): Promise<LocalMessage | null> {
  const tables = await db.activeTables();
  return (await tables.message.get(id)) ?? null;
}

/** The message of a thread that upstream calls by this id, as far as it is here. */
export async function messageByExternalId(db: LocalDatabase, conversationId: Id, externalId: string): Promise<Id | null> {
  const tables = await db.activeTables();
  const newestFirst = tables.message.where("[conversation_id+position]").between([conversationId, ""], [conversationId, LAST]);
  const found = await newestFirst
    .reverse()
    .filter((row) => row.external_message_id === externalId)
    .first();
  return found?.id ?? null;
}

/** A file and the message it came with. */
export interface Shown {
  readonly message: LocalMessage;
  readonly attachment: Attachment;
}

export type StoredAttachment = Attachment & { readonly url: string };

export const isStored = (attachment: Attachment): attachment is StoredAttachment =>
  attachment.state === "stored" && attachment.url !== null;

/** The pictures and films of a message that may be looked at. */
function picturesOf(row: LocalMessage): readonly StoredAttachment[] {
  if (row.deleted_at !== null || row.view_once) return [];
  return row.attachments.filter(isStored).filter(({ kind }) => kind === "image" || kind === "video" || kind === "gif");
}

/** The picture or film before or after another one, through the whole conversation as far as it is here. */
export async function pictureBeside(
  db: LocalDatabase,
  of: { readonly messageId: Id; readonly attachmentId: Id },
  way: "before" | "after",
): Promise<Shown | null> {
  const tables = await db.activeTables();
  const row = await tables.message.get(of.messageId);
  if (row === undefined) return null;
  const own = picturesOf(row);
  const sibling = own[own.findIndex(({ id }) => id === of.attachmentId) + (way === "after" ? 1 : -1)];
  if (sibling !== undefined) return { message: row, attachment: sibling };
  const { conversation_id: id, position } = row;
  const floor = (await tables.thread.get(id))?.floor ?? "";
  const index = tables.message.where("[conversation_id+position]");
  const rows =
    way === "after"
      ? index.between([id, position], [id, LAST], false, true)
      : index.between([id, floor], [id, position], true, false).reverse();
  const found = await rows.filter((other) => picturesOf(other).length > 0).first();
  if (found === undefined) return null;
  const attachment = picturesOf(found).at(way === "after" ? 0 : -1);
  return attachment === undefined ? null : { message: found, attachment };
}

/** The voice message that follows on this one with nothing said between them. */
export async function voiceAfter(db: LocalDatabase, messageId: Id): Promise<Shown | null> {
  const tables = await db.activeTables();
  const row = await tables.message.get(messageId);
  if (row === undefined) return null;
  const { conversation_id: id, position } = row;
  const next = await tables.message
    .where("[conversation_id+position]")
    .between([id, position], [id, LAST], false, true)
    .filter((other) => other.kind !== "event" && other.deleted_at === null)
    .first();
  const attachment = next?.view_once === false ? next.attachments.find(({ kind }) => kind === "voice") : undefined;
  if (next === undefined || attachment === undefined || !isStored(attachment)) return null;
  return { message: next, attachment };
}

export interface Opening {
  /** The newest messages, oldest first: what a thread shows before anything else is known. */
  readonly messages: readonly LocalMessage[];
  /** The first unread message, as far as it is here. */
  readonly newFrom: string | null;
  /** Whether the newest page was ever read, so that nothing is missing after the oldest of `messages`. */
  readonly known: boolean;
}

/** Messages read at opening, and as context above the first unread one. */
export const CONTEXT = 30;
/** The most messages an opening looks back for its first unread one. */
const FARTHEST = 400;

/** What it takes to open a thread with `unread` unread messages, in one read: `context` more stand above the first of them. */
export function opening(db: LocalDatabase, conversationId: Id, unread: number, context: number): Promise<Opening> {
  return readOpening(db, (tables) => openingOf(tables, conversationId, unread, context));
}

export interface OpeningNow extends Opening {
  /** How many messages the conversation shows as unread. */
  readonly unread: number;
}

/** As `opening`, with as many unread messages as there are; null for a conversation that is not here. */
export function openingNow(db: LocalDatabase, conversationId: Id, context: number): Promise<OpeningNow | null> {
  return readOpening(db, async (tables) => {
    const unread = (await tables.conversation.get(conversationId))?.shown_unread;
    return unread === undefined ? null : { ...(await openingOf(tables, conversationId, unread, context)), unread };
  });
}

function readOpening<T>(db: LocalDatabase, read: (tables: SideTables) => Promise<T>): Promise<T> {
  const tables = [0, 1].flatMap((side) => {
    const { conversation, thread, message, attendee } = db.side(side as Side);
    return [conversation, thread, message, attendee];
  });
  return db.transaction("r", [db.state, ...tables], async () => read(await db.activeTables()));
}

async function openingOf(tables: SideTables, conversationId: Id, unread: number, context: number): Promise<Opening> {
  const state = await tables.thread.get(conversationId);
  const newestFirst = await tables.message
    .where("[conversation_id+position]")
    .between([conversationId, state?.floor ?? ""], [conversationId, LAST], true, true)
    .reverse()
    .limit(Math.min(FARTHEST, unread * 2 + context))
    .toArray();
  const newFrom = unread === 0 ? null : (newestFirst.filter(countsAsUnread).slice(0, unread).at(-1)?.position ?? null);
  return { messages: await withPeople(tables, newestFirst.toReversed()), newFrom, known: state !== undefined };
}

/** The position of the oldest of the `count` newest unread messages, as far as they are here; null when none is. */
export async function firstUnread(db: LocalDatabase, conversationId: Id, count: number): Promise<string | null> {
  return (await opening(db, conversationId, count, 0)).newFrom;
}
