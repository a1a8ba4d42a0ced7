/** The named writes of the screen: shown at once, reported when the server is there. */
import type { Id } from "../api/types";
import { applyReadMark } from "./apply";
import type { Client } from "./client";

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

export function listLoadMore(client: Client): Promise<void> {
  return client.engine.loadMoreConversations();
}
