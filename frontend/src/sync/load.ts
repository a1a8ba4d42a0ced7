import { listChannels, listChats, listDrafts, newFeedCursor } from "../api/http";
import type { Id } from "../api/types";
import {
  activateSide,
  applyChannels,
  applyGrantedPage,
  applyListPage,
  beginSide,
  clearSide,
  type Writer,
} from "./apply";
import type { LocalDatabase, Side } from "./db";
import { prefetchThreads, type ThreadLoader } from "./threads";

const FIRST_PAGE = 50;
const PAGE = 200;
/** Conversations read without being asked for; the rest comes when the list is scrolled to its end. */
const READ_AHEAD = 2_000;

/** The cursor first: whatever changes while the lists are read comes again with the changes since. */
async function begin(db: LocalDatabase, writer: Writer, signal: AbortSignal, activate: boolean): Promise<void> {
  const feedCursor = await newFeedCursor(signal);
  const channels = await listChannels(signal);
  const drafts = await listDrafts(signal);
  const page = await listChats({ cursor: null, limit: FIRST_PAGE }, signal);
  const first = { feedCursor, channels: channels.items, drafts: drafts.items, page, now: Date.now() };
  await beginSide(db, writer, first, activate);
}

/** On an empty device: readable from the first page of conversations on. */
export async function firstLoad(db: LocalDatabase, term: number, signal: AbortSignal): Promise<void> {
  await begin(db, { side: await db.activeSide(), term }, signal, true);
}

/** After a reset: the other side is filled as far as the list is read ahead, then takes the old one's place. */
export async function reloadBeside(
  db: LocalDatabase,
  loader: ThreadLoader,
  term: number,
  signal: AbortSignal,
): Promise<void> {
  const old: Side = await db.activeSide();
  const writer: Writer = { side: old === 0 ? 1 : 0, term };
  await begin(db, writer, signal, false);
  await readAhead(db, writer, signal);
  await prefetchThreads(db, loader, writer, signal);
  signal.throwIfAborted();
  await activateSide(db, writer);
  await clearSide(db, { side: old, term });
}

export async function readAhead(db: LocalDatabase, writer: Writer, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const list = await db.read(`list-${writer.side}`);
    if (list === undefined || list.complete) return;
    if ((await db.side(writer.side).conversation.count()) >= READ_AHEAD) return;
    await readNextListPage(db, writer, signal);
  }
}

export async function readNextListPage(db: LocalDatabase, writer: Writer, signal?: AbortSignal): Promise<void> {
  const list = await db.read(`list-${writer.side}`);
  if (list === undefined || list.complete) return;
  const page = await listChats({ cursor: list.cursor, limit: PAGE }, signal);
  await applyListPage(db, writer, list.cursor, page);
}

/** Reads the conversations of channels granted while running; what changed since flows already. */
export async function readGranted(db: LocalDatabase, writer: Writer, signal: AbortSignal): Promise<void> {
  const waiting = (await db.read(`list-${writer.side}`))?.granted ?? [];
  if (waiting.length === 0) return;
  await applyChannels(db, writer, (await listChannels(signal)).items);
  for (const channelId of waiting) await readChannel(db, writer, channelId, signal);
}

async function readChannel(db: LocalDatabase, writer: Writer, channelId: Id, signal: AbortSignal): Promise<void> {
  let cursor: string | null = null;
  let read = 0;
  let last = false;
  while (!last) {
    const page = await listChats({ cursor, limit: PAGE, channelId }, signal);
    read += page.items.length;
    cursor = page.next_cursor;
    last = cursor === null || read >= READ_AHEAD;
    await applyGrantedPage(db, writer, channelId, page, last);
  }
}
