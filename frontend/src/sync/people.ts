/** Several ids of one person are one sender: one id, one colour, one name, as far as it is known now. */
import type { Attendee, Id, Quoted, Reaction } from "../api/types";
import { words } from "../lib/words";
import type { SideTables } from "./db";
import type { LocalMessage } from "./rows";

/** The id that stands for the person behind an attendee. */
export function personId(attendee: Pick<Attendee, "id" | "same_as_id">): Id {
  return attendee.same_as_id ?? attendee.id;
}

/** The messages with their senders and reactors, and those whom they answer, as the persons they are. */
export async function withPeople(
  { attendee, message }: Pick<SideTables, "attendee" | "message">,
  messages: readonly LocalMessage[],
): Promise<LocalMessage[]> {
  // Whose words an answer quotes is often not told, and known all the same where they are here.
  const nameless = messages.flatMap(({ quoted }) => (quoted?.sender_name === null ? (quoted.message_id ?? []) : []));
  const answered = new Map<Id, LocalMessage>();
  for (const row of await message.bulkGet(nameless)) if (row !== undefined) answered.set(row.id, row);
  const ids = new Set<Id>();
  for (const { sender_id, reactions } of [...messages, ...answered.values()]) {
    if (sender_id !== null) ids.add(sender_id);
    for (const reaction of reactions) if (reaction.sender_id !== null) ids.add(reaction.sender_id);
  }
  const people = new Map<Id, Attendee>();
  for (const row of await attendee.bulkGet([...ids])) if (row !== undefined) people.set(row.id, row);
  const resolved = <T extends Sender>(sender: T): T => {
    const person = sender.sender_id === null ? undefined : people.get(sender.sender_id);
    if (person === undefined) return sender;
    return { ...sender, sender_id: personId(person), sender_name: person.name === "" ? sender.sender_name : person.name };
  };
  const named = (quoted: Quoted | null): Quoted | null => {
    const original = answered.get(quoted?.message_id ?? "");
    if (quoted?.sender_name !== null || original === undefined) return quoted;
    return { ...quoted, sender_name: original.direction === "outbound" ? words.you : resolved(original).sender_name };
  };
  return messages.map((row) => {
    const shown = resolved(row);
    const quoted = named(shown.quoted);
    if (shown.reactions.length === 0 && quoted === shown.quoted) return shown;
    return { ...shown, quoted, reactions: shown.reactions.map(resolved) };
  });
}

type Sender = Pick<LocalMessage | Reaction, "sender_id" | "sender_name">;
