/** The named writes of the screen: shown at once, reported when the server is there. */
import { askOlder, getHistoryRun } from "../api/history";
import type { HistoryRun } from "../api/schema";
import type { Id } from "../api/types";
import { applyReadMark } from "./apply";
import type { Client } from "./client";
import { islandGrow, islandOpen, islandReopen, placeInThread, type Island } from "./islands";

/** Marks everything up to that message as read. */
export async function conversationMarkRead(client: Client, conversationId: Id, messageId: Id): Promise<void> {
  if (await applyReadMark(client.db, conversationId, messageId)) client.engine.wake();
}

/** Makes a conversation named by a link and its newest page present, for a person who opens it. */
export async function threadOpen(client: Client, conversationId: Id, atLeast: number): Promise<void> {
  await client.engine.threads.ensureConversation(conversationId);
  await client.engine.threads.ensureNewest(conversationId, atLeast);
}

export function threadLoadOlder(client: Client, conversationId: Id): Promise<void> {
  return client.engine.threads.loadOlder(conversationId);
}

const LOOKS_EVERY_MS = 1_000;

/** Has the server ask upstream for what is older than it holds, and reads what came; answers how that went. */
export async function threadAskUpstream(client: Client, conversationId: Id, fromPhone: boolean): Promise<HistoryRun> {
  let run = await askOlder(conversationId, fromPhone);
  while (run.state === "waiting" || run.state === "running") {
    await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
    run = await getHistoryRun(run.id);
  }
  await client.engine.threads.refreshOlder(conversationId);
  return run;
}

/** Makes what surrounds a message present, at any depth. Null: it is part of the stretch up to the newest. */
export async function threadOpenAt(client: Client, conversationId: Id, messageId: Id): Promise<Island | null> {
  const { db, engine } = client;
  if ((await placeInThread(db, conversationId, messageId)) !== null) return null;
  await engine.threads.ensureConversation(conversationId);
  await engine.threads.ensureNewest(conversationId);
  if ((await placeInThread(db, conversationId, messageId)) !== null) return null;
  return islandOpen(db, conversationId, messageId);
}

export type { Island } from "./islands";

export function threadGrow(client: Client, island: Island, way: "older" | "newer"): Promise<Island | null> {
  return islandGrow(client.db, island, way);
}

/** An island that reached the beginning, after something older came to the server. */
export function threadReopen(client: Client, island: Island): Promise<Island> {
  return islandReopen(client.db, island);
}

export function listLoadMore(client: Client): Promise<void> {
  return client.engine.loadMoreConversations();
}
