/** The details of a conversation: read from the server each time, for they are too many to keep; and what people decide there. */
import {
  decideConversation,
  decidePerson,
  erase,
  getConversationDetails,
  getPerson,
  listMembers,
  namePerson,
  previewErasure,
  type ErasureOf,
  type Verdict,
} from "../api/http";
import type { Attendee, ConversationDetails, ErasurePreview, ErasureRecord, Id, Person } from "../api/types";
import { applyMembers } from "./apply";
import type { Client } from "./client";
import type { LocalDatabase } from "./db";
import { personId } from "./people";

export type { ErasureOf, Verdict };

export function conversationDetails(conversationId: Id): Promise<ConversationDetails> {
  return getConversationDetails(conversationId);
}

export function personDetails(attendeeId: Id): Promise<Person> {
  return getPerson(attendeeId);
}

export function personName(attendeeId: Id, name: string): Promise<Person> {
  return namePerson(attendeeId, name);
}

export function personDecide(attendeeId: Id, otherId: Id, verdict: Verdict): Promise<Person> {
  return decidePerson(attendeeId, otherId, verdict);
}

export function conversationDecide(conversationId: Id, otherId: Id, verdict: Verdict): Promise<ConversationDetails> {
  return decideConversation(conversationId, otherId, verdict);
}

/** What would go. */
export function erasurePreview(kind: ErasureOf, id: Id): Promise<ErasurePreview> {
  return previewErasure(kind, id);
}

/** For good; browsers hear of what is gone by the feed. */
export function erasureDo(kind: ErasureOf, id: Id, confirmation: string): Promise<ErasureRecord> {
  return erase(kind, id, confirmation);
}

/** Brings everybody who is in a conversation; those who join later come by the feed. */
export async function membersLoad(client: Client, conversationId: Id): Promise<void> {
  const side = await client.db.activeSide();
  await applyMembers(client.db, { side, term: null }, await listMembers(conversationId));
}

/** Who is in a conversation, each person once: others by name, then ourselves. */
export async function conversationPeople(db: LocalDatabase, conversationId: Id): Promise<Attendee[]> {
  const { member, attendee } = await db.activeTables();
  const members = await member.where("conversation_id").equals(conversationId).toArray();
  const people = new Map<Id, Attendee>();
  for (const row of await attendee.bulkGet([...new Set(members.map((one) => one.attendee_id))])) {
    if (row === undefined) continue;
    const held = people.get(personId(row));
    if (held === undefined || row.is_self) people.set(personId(row), row);
  }
  const compare = new Intl.Collator().compare;
  return [...people.values()].sort(
    (one, other) =>
      Number(one.is_self) - Number(other.is_self) ||
      Number(one.name === "") - Number(other.name === "") ||
      compare(one.name, other.name) ||
      compare(one.id, other.id),
  );
}

/** Changes when what the details show of a conversation or a person may have changed. */
export async function detailsRevision(db: LocalDatabase, conversationId: Id, attendeeId: Id): Promise<string> {
  const { conversation, attendee } = await db.activeTables();
  const chat = await conversation.get(conversationId);
  const person = await attendee.get(attendeeId);
  return [chat?.history_revision, chat?.contact_id, chat?.name, person?.version].join("|");
}
