/** Conversations as people here want them, before the server has it, and where that puts them in the list. */
import type { Id } from "../api/types";
import type { LocalDatabase, SideTables } from "./db";
import { isSend, type OutboxEntry } from "./outbox/entries";
import { placeOf, type LocalConversation } from "./rows";

/** A row of the list with what waits to leave for the server done to it; what was refused is undone. */
export function conversationAsWanted(row: LocalConversation, entries: readonly OutboxEntry[]): LocalConversation {
  return entries.reduce((shown, { wish, state }) => {
    if (wish.kind !== "conversation" || state !== "waiting") return shown;
    const changed = { ...shown, ...wish.change };
    return { ...changed, ...placeOf(changed) };
  }, row);
}

/** A conversation that stands elsewhere than its row says. */
export interface Moved {
  readonly row: LocalConversation;
  readonly wanted: LocalConversation;
}

/** What waits to leave, or has just left, counts as written when it was asked for. */
function asWritten(row: LocalConversation, entries: readonly OutboxEntry[]): LocalConversation {
  const at = new Date(Math.max(0, ...entries.filter(isSend).map(({ created_at }) => created_at))).toISOString();
  if (at <= (row.last_message_at ?? "")) return row;
  return { ...row, ...placeOf({ ...row, last_message_at: at }) };
}

function isElsewhere({ row, wanted }: Moved): boolean {
  return row.order !== wanted.order || row.shelf !== wanted.shelf || row.unread !== wanted.unread;
}

export async function movedConversations(db: LocalDatabase, { conversation }: SideTables): Promise<Moved[]> {
  const byConversation = new Map<Id, OutboxEntry[]>();
  for (const entry of await db.outbox.entries.toArray()) {
    byConversation.set(entry.conversation_id, [...(byConversation.get(entry.conversation_id) ?? []), entry]);
  }
  const rows = await conversation.bulkGet([...byConversation.keys()]);
  return rows
    .flatMap((row): Moved[] => {
      const entries = byConversation.get(row?.id ?? "");
      if (row === undefined || entries === undefined) return [];
      return [{ row, wanted: asWritten(conversationAsWanted(row, entries), entries) }];
    })
    .filter(isElsewhere);
}
