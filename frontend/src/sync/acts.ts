/** What people do besides writing: each kept in the outbox first, and shown as wanted at once. */
import { setNightlyCheck, setReadReceipts } from "../api/channels";
import { lookUpNumber, startChat } from "../api/newChat";
import type { Channel, Id } from "../api/types";
import { uploadFile, type FileToUpload } from "../api/uploads";
import { uuid7 } from "../lib/uuid";
import { applyConversation } from "./apply";
import type { Client } from "./client";
import { withFreshToken } from "./outbox/deliver";
import type { ConversationChange, Whereabouts, Wish } from "./outbox/entries";
import type { LocalConversation, LocalMessage } from "./rows";

function want(client: Client, where: Whereabouts, wish: Wish): void {
  client.outbox.enqueue(where, wish);
}

/** An empty emoji takes the own reaction back. */
export function messageReact(client: Client, where: Whereabouts, message: LocalMessage, emoji: string): void {
  want(client, where, { kind: "react", message_id: message.id, emoji });
}

export function messageEdit(client: Client, where: Whereabouts, message: LocalMessage, text: string): void {
  want(client, where, { kind: "edit", message_id: message.id, text });
}

export function messageDelete(client: Client, where: Whereabouts, message: LocalMessage): void {
  want(client, where, { kind: "delete", message_id: message.id });
}

export function messageForward(client: Client, where: Whereabouts, message: LocalMessage, to: LocalConversation): void {
  want(client, where, { kind: "forward", message_id: message.id, to_conversation_id: to.id });
}

/** Takes back a change that failed or still waits, here or on the server. */
export async function changeDrop(client: Client, where: Whereabouts, message: LocalMessage, changeId: string): Promise<void> {
  if (client.outbox.view.get(changeId) !== undefined) await client.outbox.takeBack(changeId);
  else want(client, where, { kind: "drop_change", message_id: message.id, change_id: changeId });
}

export function conversationChange(client: Client, row: LocalConversation, change: ConversationChange): void {
  want(client, row, { kind: "conversation", change });
}

export { uuid7 as newClientId };

/** A conversation to be begun: with people who are known, by their ids, and by numbers; several are a group. */
export interface WantedConversation {
  readonly channelId: Id;
  readonly provider: string;
  readonly attendeeIds: readonly Id[];
  readonly phones: readonly string[];
  /** Of a group; empty for none. */
  readonly title: string;
  readonly text: string;
  readonly files: readonly FileToUpload[];
  /** The one file is a voice message. */
  readonly voice: boolean;
}

/**
 * Begins a conversation and answers its id. It needs the server, which says whether it can be.
 * @throws ApiError, Unreachable: then nothing was begun under this key, or the same key begins it once.
 */
export async function chatStart(client: Client, clientId: string, wanted: WantedConversation): Promise<Id> {
  const uploadIds: Id[] = [];
  for (const file of wanted.files) {
    const { id } = await withFreshToken(() => uploadFile(file, () => undefined, new AbortController().signal));
    uploadIds.push(id);
  }
  const { conversation } = await startChat(wanted.provider, {
    client_id: clientId,
    channel_id: wanted.channelId,
    attendee_ids: wanted.attendeeIds,
    phones: wanted.phones,
    ...(wanted.title === "" ? {} : { title: wanted.title }),
    text: wanted.text,
    ...(uploadIds.length === 0 ? {} : { upload_ids: uploadIds, voice: wanted.voice }),
  });
  await applyConversation(client.db, { side: await client.db.activeSide(), term: null }, conversation);
  return conversation.id;
}

/** `exists` is null where it could not be found out. */
export async function checkNumber(channelId: Id, phone: string): Promise<{ readonly exists: boolean | null }> {
  const { exists } = await lookUpNumber(channelId, uuid7(), phone);
  return { exists };
}

export async function readReceiptsSet(channelId: Id, when: Channel["read_receipts"]): Promise<void> {
  await setReadReceipts(channelId, when);
}

/** Needs the server, as everything about an account does. */
export async function nightlyCheckSet(channelId: Id, isWanted: boolean): Promise<void> {
  await setNightlyCheck(channelId, isWanted);
}
