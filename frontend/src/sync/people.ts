/** Several ids of one person are one sender: one id, one colour, one name, as far as it is known now. */
import type { Attendee, Id, Reaction } from "../api/types";
import type { SideTables } from "./db";
import type { LocalMessage } from "./rows";

/** The id that stands for the person behind an attendee. */
export function personId(attendee: Pick<Attendee, "id" | "same_as_id">): Id {
  return attendee.same_as_id ?? attendee.id;
}

/** The messages with their senders and reactors as the persons they are. */
export async function withPeople(
  { attendee }: Pick<SideTables, "attendee">,
  messages: readonly LocalMessage[],
): Promise<LocalMessage[]> {
  const ids = new Set<Id>();
  for (const { sender_id, reactions } of messages) {
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
  return messages.map((message) => {
    const shown = resolved(message);
    return shown.reactions.length === 0 ? shown : { ...shown, reactions: shown.reactions.map(resolved) };
  });
}

type Sender = Pick<LocalMessage | Reaction, "sender_id" | "sender_name">;
