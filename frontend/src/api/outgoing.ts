/** The calls by which something is to happen. Each can be repeated with the same key and happens once. */
import { chatPath, json, request } from "./http";
import type { Conversation, Draft, Id, Message } from "./types";

function keyed(clientId: string): Readonly<Record<string, string>> {
  return { "Idempotency-Key": clientId };
}

export interface OutgoingMessage {
  readonly client_id: string;
  readonly text: string;
  readonly quoted_message_id?: Id;
  readonly upload_ids?: readonly Id[];
  readonly voice?: boolean;
  readonly seen_message_id?: Id;
}

export interface Place {
  readonly provider: string;
  readonly conversationId: Id;
}

const pathTo = ({ provider, conversationId }: Place): string => chatPath(provider, conversationId);

function messagePath(place: Place, messageId: Id): string {
  return `${pathTo(place)}messages/${encodeURIComponent(messageId)}/`;
}

/** @throws ApiError `idempotency_conflict` (409) when the key was used for something else. */
export function sendMessage(place: Place, body: OutgoingMessage): Promise<Message> {
  return json(`${pathTo(place)}messages/`, { method: "POST", body, headers: keyed(body.client_id) });
}

/** Null once the message is discarded. */
export function decideMessage(place: Place, messageId: Id, clientId: string, decision: string): Promise<Message | null> {
  const body = { decision };
  return answer(`${messagePath(place, messageId)}decision/`, { method: "POST", body, headers: keyed(clientId) });
}

export interface OutgoingChange {
  readonly client_id: string;
  readonly kind: "react" | "edit" | "delete";
  readonly emoji?: string;
  readonly text?: string;
}

export function changeMessage(place: Place, messageId: Id, body: OutgoingChange): Promise<Message> {
  return json(`${messagePath(place, messageId)}changes/`, { method: "POST", body, headers: keyed(body.client_id) });
}

export async function dropChange(place: Place, messageId: Id, changeId: Id): Promise<void> {
  await request(`${messagePath(place, messageId)}changes/${encodeURIComponent(changeId)}/`, { method: "DELETE" });
}

export function forwardMessage(place: Place, messageId: Id, clientId: string, to: Id): Promise<Message> {
  const body = { client_id: clientId, to_conversation_id: to };
  return json(`${messagePath(place, messageId)}forward/`, { method: "POST", body, headers: keyed(clientId) });
}

export type ConversationPatch = Partial<Pick<Conversation, "archived" | "pinned" | "muted_until" | "marked_unread">>;

export function patchConversation(place: Place, clientId: string, change: ConversationPatch): Promise<Conversation> {
  return json(pathTo(place), { method: "PATCH", body: { client_id: clientId, ...change }, headers: keyed(clientId) });
}

/** Null where the text is empty: there is no draft then. */
export function putDraft(place: Place, text: string): Promise<Draft | null> {
  return answer(`${pathTo(place)}draft/`, { method: "PUT", body: { text } });
}

async function answer<T>(path: string, options: Parameters<typeof request>[1]): Promise<T | null> {
  const response = await request(path, options);
  return response.status === 204 ? null : ((await response.json()) as T);
}
