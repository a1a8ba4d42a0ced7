/**
 * A far jump. The local copy shows a thread as one stretch without holes up to the newest message; a message far below it
 * is shown in a stretch of its own, an island, that grows at both ends until it meets the other one and becomes part of it.
 */
import { listMessages } from "../api/http";
import type { Id, MessagePage } from "../api/types";
import { applyMessages, joinThread } from "./apply";
import type { LocalDatabase } from "./db";
import { messagePosition } from "./rows";

const PAGE = 60;

export interface Island {
  readonly conversationId: Id;
  /** From `low` to `high` the local copy has no hole. */
  readonly low: string;
  readonly high: string;
  /** Null where the thread begins. */
  readonly olderCursor: string | null;
  readonly newerCursor: string | null;
}

/** The position of a message, if it is in the stretch up to the newest. */
export async function placeInThread(db: LocalDatabase, conversationId: Id, messageId: Id): Promise<string | null> {
  const tables = await db.activeTables();
  const row = await tables.message.get(messageId);
  const thread = await tables.thread.get(conversationId);
  if (row?.conversation_id !== conversationId || thread === undefined) return null;
  return row.position >= thread.floor ? row.position : null;
}

/** Reads what surrounds a message. Null: it has met the stretch up to the newest and is part of it now. */
export async function islandOpen(db: LocalDatabase, conversationId: Id, messageId: Id): Promise<Island | null> {
  const page = await read(db, conversationId, null, messageId);
  const positions = page.items.map(messagePosition);
  return settled(db, {
    conversationId,
    low: positions.at(-1) ?? "",
    high: positions[0] ?? "",
    olderCursor: page.next_cursor,
    newerCursor: page.newer_cursor,
  });
}

/** One page more at one end; null as above. */
export async function islandGrow(db: LocalDatabase, island: Island, way: "older" | "newer"): Promise<Island | null> {
  const cursor = way === "older" ? island.olderCursor : island.newerCursor;
  if (cursor === null) return island;
  const page = await read(db, island.conversationId, cursor);
  const positions = page.items.map(messagePosition);
  if (way === "older") return { ...island, low: positions.at(-1) ?? island.low, olderCursor: page.next_cursor };
  return settled(db, { ...island, high: positions[0] ?? island.high, newerCursor: page.newer_cursor });
}

/** Reads anew what is older than an island that had reached the beginning. */
export async function islandReopen(db: LocalDatabase, island: Island): Promise<Island> {
  const tables = await db.activeTables();
  const oldest = await tables.message.where("[conversation_id+position]").equals([island.conversationId, island.low]).first();
  if (oldest === undefined) return island;
  const page = await read(db, island.conversationId, null, oldest.id);
  return { ...island, low: page.items.map(messagePosition).at(-1) ?? island.low, olderCursor: page.next_cursor };
}

async function read(db: LocalDatabase, conversationId: Id, cursor: string | null, around?: Id): Promise<MessagePage> {
  const side = await db.activeSide();
  const conversation = await db.side(side).conversation.get(conversationId);
  const provider = conversation?.provider ?? "all";
  const page = await listMessages({ provider, conversationId, cursor, limit: PAGE, ...(around === undefined ? {} : { around }) });
  const channelId = conversation?.channel_id ?? page.items[0]?.channel_id;
  if (channelId !== undefined) await applyMessages(db, { side, term: null }, channelId, page);
  return page;
}

async function settled(db: LocalDatabase, island: Island): Promise<Island | null> {
  const side = await db.activeSide();
  const thread = await db.side(side).thread.get(island.conversationId);
  const meets = thread !== undefined && (island.newerCursor === null || island.high >= thread.floor);
  if (!meets) return island;
  await joinThread(db, { side, term: null }, island.conversationId, island.low, island.olderCursor);
  return null;
}
