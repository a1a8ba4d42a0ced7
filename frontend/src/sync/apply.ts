/**
 * The one writer of the synced tables. Every function is one IndexedDB transaction: rows and the cursor that covers
 * them are stored together or not at all. A row is taken only if its version is not lower than the one held, and a
 * disappearance is remembered with its version, so frames and pages may come in any order and any number of times.
 */
import type {
  Attendee,
  ChangesFrame,
  Channel,
  Conversation,
  ConversationPage,
  Draft,
  Gone,
  Id,
  MemberList,
  Message,
  MessagePage,
} from "../api/types";
import type { FeedState, ListState, LocalDatabase, Side, SideTables } from "./db";
import { conversationOrder, messagePosition, type ReadMark } from "./rows";
import { deriveConversations, purgeChannel, removeRows, writeRows } from "./tables";

/** Another tab has become the leader since. */
export class LeadershipLost extends Error {
  override readonly name = "LeadershipLost";
}

/** The local copy was replaced while the answer was under way. */
export class CopyReplaced extends Error {
  override readonly name = "CopyReplaced";
}

/** Who writes where: the leader into any side while its term lasts, a reader's page only into the side being read. */
export interface Writer {
  readonly side: Side;
  readonly term: number | null;
}

async function within<T>(db: LocalDatabase, writer: Writer, work: (tables: SideTables) => Promise<T>): Promise<T> {
  const tables = db.side(writer.side);
  return db.transaction("rw", [db.state, db.readMarks, ...Object.values(tables)], async () => {
    if (writer.term === null) {
      if ((await db.activeSide()) !== writer.side) throw new CopyReplaced();
    } else if ((await db.read("term")) !== writer.term) {
      throw new LeadershipLost();
    }
    return work(tables);
  });
}

/** Makes the caller the leader; every earlier leader's next transaction fails. */
export function claimTerm(db: LocalDatabase): Promise<number> {
  return db.transaction("rw", db.state, async () => {
    const term = ((await db.read("term")) ?? 0) + 1;
    await db.write("term", term);
    return term;
  });
}

async function applyTogether(db: LocalDatabase, tables: SideTables, frames: readonly ChangesFrame[]): Promise<void> {
  const all = <T>(pick: (frame: ChangesFrame) => readonly T[] | undefined): T[] =>
    frames.flatMap((frame) => [...(pick(frame) ?? [])]);
  await writeRows(db, tables, "channel", all((frame) => frame.rows.channel));
  await writeRows(db, tables, "attendee", all((frame) => frame.rows.attendee));
  await writeRows(db, tables, "conversation", all((frame) => frame.rows.conversation));
  await writeRows(db, tables, "member", all((frame) => frame.rows.member));
  await writeRows(db, tables, "message", all((frame) => frame.rows.message));
  await writeRows(db, tables, "draft", all((frame) => frame.rows.draft));
  await removeRows(db, tables, all<Gone>((frame) => frame.gone));
}

/** Frames between two withdrawals of access commute, so they are written as one. */
function cutAtRevocations(frames: readonly ChangesFrame[]): ChangesFrame[][] {
  const groups: ChangesFrame[][] = [];
  for (const frame of frames) {
    const last = groups.at(-1);
    if (last === undefined || (frame.revoked?.length ?? 0) > 0) groups.push([frame]);
    else last.push(frame);
  }
  return groups;
}

export function applyFrames(
  db: LocalDatabase,
  writer: Writer,
  frames: readonly ChangesFrame[],
  epoch: string | null,
  now: number,
): Promise<void> {
  return within(db, writer, async (tables) => {
    for (const group of cutAtRevocations(frames)) {
      const revoked = group[0]?.revoked ?? [];
      for (const channelId of revoked) await purgeChannel(db, tables, channelId);
      await noteGranted(db, writer.side, group.flatMap((frame) => frame.granted ?? []), revoked);
      await applyTogether(db, tables, group);
    }
    const last = frames.at(-1);
    if (last === undefined) return;
    const before = await db.read(`feed-${writer.side}`);
    await writeFeed(db, writer.side, {
      cursor: last.cursor,
      epoch: epoch ?? before?.epoch ?? null,
      fresh_at: last.more ? (before?.fresh_at ?? now) : now,
    });
  });
}

async function noteGranted(db: LocalDatabase, side: Side, granted: readonly Id[], revoked: readonly Id[]): Promise<void> {
  const list = await db.read(`list-${side}`);
  if (list === undefined || (granted.length === 0 && revoked.length === 0)) return;
  const waiting = new Set(list.granted);
  for (const id of revoked) waiting.delete(id);
  for (const id of granted) waiting.add(id);
  await db.write(`list-${side}`, { ...list, granted: [...waiting] });
}

function writeFeed(db: LocalDatabase, side: Side, feed: FeedState): Promise<void> {
  return db.write(`feed-${side}`, feed);
}

/** The server was heard and had nothing new: the copy is current as of now. */
export function touchFresh(db: LocalDatabase, writer: Writer, epoch: string | null, now: number): Promise<void> {
  return within(db, writer, async () => {
    const feed = await db.read(`feed-${writer.side}`);
    if (feed !== undefined) await writeFeed(db, writer.side, { ...feed, epoch: epoch ?? feed.epoch, fresh_at: now });
  });
}

export interface FirstPage {
  readonly feedCursor: string;
  readonly channels: readonly Channel[];
  readonly drafts?: readonly Draft[];
  readonly page: ConversationPage;
  readonly now: number;
}

/** Begins a side anew with the first page of a first load; the side becomes readable at once if `activate`. */
export function beginSide(db: LocalDatabase, writer: Writer, first: FirstPage, activate: boolean): Promise<void> {
  return within(db, writer, async (tables) => {
    for (const table of Object.values(tables)) await table.clear();
    await writeRows(db, tables, "channel", first.channels);
    await writeRows(db, tables, "draft", first.drafts ?? []);
    await writeConversations(db, tables, first.page.items, first.page.attendees);
    await writeFeed(db, writer.side, { cursor: first.feedCursor, epoch: null, fresh_at: first.now });
    await db.write(`list-${writer.side}`, { ...listAfter(null, first.page), granted: [] });
    if (activate) await db.write("active", writer.side);
  });
}

export function activateSide(db: LocalDatabase, writer: Writer): Promise<void> {
  return within(db, writer, () => db.write("active", writer.side));
}

export function clearSide(db: LocalDatabase, writer: Writer): Promise<void> {
  return within(db, writer, async (tables) => {
    for (const table of Object.values(tables)) await table.clear();
    await db.state.bulkDelete([`feed-${writer.side}`, `list-${writer.side}`]);
  });
}

/** A page read before a channel was withdrawn must not bring it back. */
async function stillGranted<T extends { readonly channel_id: Id }>(tables: SideTables, rows: readonly T[]): Promise<T[]> {
  const channels = new Set(await tables.channel.toCollection().primaryKeys());
  return rows.filter((row) => channels.has(row.channel_id));
}

async function writeConversations(
  db: LocalDatabase,
  tables: SideTables,
  conversations: readonly Conversation[],
  attendees: readonly Attendee[],
): Promise<void> {
  await writeRows(db, tables, "attendee", await stillGranted(tables, attendees));
  await writeRows(db, tables, "conversation", await stillGranted(tables, conversations));
}

function listAfter(before: ListState | null, page: ConversationPage): Omit<ListState, "granted"> {
  const last = page.items.at(-1);
  const floor = last === undefined ? (before?.floor ?? "") : conversationOrder(last);
  const complete = page.next_cursor === null;
  return { cursor: page.next_cursor, complete, floor: complete ? "" : floor };
}

/** The next page of the list. `asked` is the cursor it was asked with: a page that another tab brought first changes nothing twice. */
export function applyListPage(
  db: LocalDatabase,
  writer: Writer,
  asked: string | null,
  page: ConversationPage,
): Promise<void> {
  return within(db, writer, async (tables) => {
    await writeConversations(db, tables, page.items, page.attendees);
    const before = await db.read(`list-${writer.side}`);
    if (before === undefined || before.complete || before.cursor !== asked) return;
    await db.write(`list-${writer.side}`, { ...listAfter(before, page), granted: before.granted });
  });
}

/** A page of a newly granted channel; `last` strikes the channel off the list of those still to be read. */
export function applyGrantedPage(
  db: LocalDatabase,
  writer: Writer,
  channelId: Id,
  page: ConversationPage,
  last: boolean,
): Promise<void> {
  return within(db, writer, async (tables) => {
    await writeConversations(db, tables, page.items, page.attendees);
    const list = await db.read(`list-${writer.side}`);
    if (!last || list === undefined) return;
    await db.write(`list-${writer.side}`, { ...list, granted: list.granted.filter((id) => id !== channelId) });
  });
}

export function applyChannels(db: LocalDatabase, writer: Writer, channels: readonly Channel[]): Promise<void> {
  return within(db, writer, (tables) => writeRows(db, tables, "channel", channels));
}

export function applyConversation(db: LocalDatabase, writer: Writer, conversation: Conversation): Promise<void> {
  return within(db, writer, (tables) => writeConversations(db, tables, [conversation], []));
}

export interface ThreadRequest {
  readonly conversationId: Id;
  readonly channelId: Id;
  readonly cursor: string | null;
  /** The conversation's history revision when the page was asked for. */
  readonly historyRevision: number;
}

export function applyThreadPage(
  db: LocalDatabase,
  writer: Writer,
  request: ThreadRequest,
  page: MessagePage,
): Promise<void> {
  return within(db, writer, async (tables) => {
    if ((await tables.channel.get(request.channelId)) === undefined) return;
    await writeRows(db, tables, "attendee", await stillGranted(tables, page.attendees));
    await writeRows(db, tables, "message", await stillGranted(tables, page.items));
    const before = await tables.thread.get(request.conversationId);
    if (before !== undefined && before.cursor !== request.cursor) return;
    const complete = page.next_cursor === null;
    const positions = page.items.map(messagePosition);
    const oldest = [...positions, ...(before ? [before.floor] : [])].sort()[0] ?? "";
    await tables.thread.put({
      conversation_id: request.conversationId,
      channel_id: request.channelId,
      floor: complete ? "" : oldest,
      cursor: page.next_cursor ?? request.cursor,
      complete,
      history_revision: request.historyRevision,
    });
  });
}

export function applyMembers(db: LocalDatabase, writer: Writer, list: MemberList): Promise<void> {
  return within(db, writer, async (tables) => {
    await writeRows(db, tables, "attendee", await stillGranted(tables, list.attendees));
    await writeRows(db, tables, "member", await stillGranted(tables, list.items));
  });
}

/** Messages from anywhere in a thread. They lie below its first hole and are shown by whoever knows what surrounds them. */
export function applyMessages(db: LocalDatabase, writer: Writer, channelId: Id, page: MessagePage): Promise<void> {
  return within(db, writer, async (tables) => {
    if ((await tables.channel.get(channelId)) === undefined) return;
    await writeRows(db, tables, "attendee", await stillGranted(tables, page.attendees));
    await writeRows(db, tables, "message", await stillGranted(tables, page.items));
  });
}

/** The server's answer to what was wanted of a message. */
export function applyAnsweredMessage(db: LocalDatabase, writer: Writer, message: Message): Promise<void> {
  return within(db, writer, async (tables) => writeRows(db, tables, "message", await stillGranted(tables, [message])));
}

/** The server has what was begun to write. */
export function applyDraft(db: LocalDatabase, writer: Writer, draft: Draft): Promise<void> {
  return within(db, writer, async (tables) => writeRows(db, tables, "draft", await stillGranted(tables, [draft])));
}

/**
 * What was read elsewhere in a thread has met its stretch up to the newest: together they are one, down to `floor`.
 * `olderCursor` leads on from there; null where nothing is older.
 */
export function joinThread(
  db: LocalDatabase,
  writer: Writer,
  conversationId: Id,
  floor: string,
  olderCursor: string | null,
): Promise<void> {
  return within(db, writer, async (tables) => {
    const before = await tables.thread.get(conversationId);
    if (before === undefined || before.complete || before.floor <= floor) return;
    const complete = olderCursor === null;
    await tables.thread.put({ ...before, complete, floor: complete ? "" : floor, cursor: olderCursor ?? before.cursor });
  });
}

/** Shown as read at once; the mark stays until the server has it. Nothing is written when nothing is unread. */
export function applyReadMark(db: LocalDatabase, conversationId: Id, messageId: Id): Promise<boolean> {
  return db.transaction("rw", [db.state, db.readMarks, db.side(0).conversation, db.side(1).conversation], async () => {
    const tables = await db.activeTables();
    const row = await tables.conversation.get(conversationId);
    if (row === undefined || row.shown_unread === 0) return false;
    const mark: ReadMark = {
      conversation_id: conversationId,
      provider: row.provider,
      message_id: messageId,
      unread_cleared: row.unread_count,
    };
    await db.readMarks.put(mark);
    await deriveConversations(db, tables, [conversationId]);
    return true;
  });
}

/** The server answered a reported mark: with its row, or with a refusal (`null`) that lasts. */
export function settleReadMark(
  db: LocalDatabase,
  writer: Writer,
  mark: ReadMark,
  answer: Conversation | null,
): Promise<void> {
  return within(db, writer, async (tables) => {
    const current = await db.readMarks.get(mark.conversation_id);
    if (current?.message_id === mark.message_id) await db.readMarks.delete(mark.conversation_id);
    if (answer !== null) await writeConversations(db, tables, [answer], []);
    await deriveConversations(db, tables, [mark.conversation_id]);
  });
}

/** Makes room: forgets the messages of all but the newest conversations; they are read again when opened. */
export function forgetMessages(db: LocalDatabase, side: Side, keep: number): Promise<void> {
  const tables = db.side(side);
  return db.transaction("rw", [tables.conversation, tables.message, tables.thread], async () => {
    const newestFirst = await tables.conversation.orderBy("[shelf+order]").reverse().primaryKeys();
    for (const id of newestFirst.slice(keep)) {
      await tables.message.where("[conversation_id+position]").between([id, ""], [id, "\uffff"]).delete();
      await tables.thread.delete(id);
    }
  });
}
