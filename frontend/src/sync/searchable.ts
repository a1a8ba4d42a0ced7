/** What this device holds, as a search reads it. */
import type { Attendee, Channel, Id } from "../api/types";
import type { LocalDatabase } from "./db";
import type { LocalConversation, LocalMessage } from "./rows";

/** Rows read at once: between two reads the page stays responsive. */
const CHUNK = 2_000;

export interface KnownNames {
  readonly conversations: ReadonlyMap<Id, LocalConversation>;
  readonly people: ReadonlyMap<Id, Attendee>;
  readonly channels: ReadonlyMap<Id, Channel>;
}

export async function knownNames(db: LocalDatabase): Promise<KnownNames> {
  const tables = await db.activeTables();
  return {
    conversations: byId(await tables.conversation.toArray()),
    people: byId(await tables.attendee.toArray()),
    channels: byId(await tables.channel.toArray()),
  };
}

function byId<T extends { readonly id: Id }>(rows: readonly T[]): ReadonlyMap<Id, T> {
  return new Map(rows.map((row) => [row.id, row]));
}

/** Of how many conversations messages are held. */
export async function heldThreads(db: LocalDatabase): Promise<number> {
  return (await db.activeTables()).thread.count();
}

/** The messages that are held without a hole above them, so that each can be opened where it stands; in no order. */
export async function* heldMessages(db: LocalDatabase): AsyncGenerator<readonly LocalMessage[]> {
  const tables = await db.activeTables();
  const floors = new Map((await tables.thread.toArray()).map((thread) => [thread.conversation_id, thread.floor]));
  for (let last = ""; ; ) {
    const chunk = await tables.message.where("id").above(last).limit(CHUNK).toArray();
    if (chunk.length === 0) return;
    last = chunk.at(-1)?.id ?? last;
    yield chunk.filter((row) => row.position >= (floors.get(row.conversation_id) ?? "\uffff"));
  }
}
