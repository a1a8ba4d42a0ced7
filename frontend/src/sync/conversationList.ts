/** Which conversations the list shows, in which order. */
import type { Collection } from "dexie";

import type { Id } from "../api/types";
import { folded } from "../lib/text";
import type { LocalDatabase, SideTables } from "./db";
import { isSend } from "./outbox/entries";
import { conversationOrder, type LocalConversation, type Shelf } from "./rows";

export interface ListFilter {
  readonly shelf: Shelf;
  readonly unreadOnly: boolean;
  /** Part of a name; "" for all. */
  readonly name: string;
}

const LAST = "\uffff";

/** A conversation that is written to, and the order it has by that. */
interface Written {
  readonly row: LocalConversation;
  readonly order: string;
}

/** What waits to leave, or has just left, counts as written when it was asked for; lowest first. */
async function writtenTo(db: LocalDatabase, { conversation }: SideTables): Promise<Written[]> {
  const times = new Map<Id, string>();
  for (const entry of await db.outbox.entries.toArray()) {
    const at = new Date(entry.created_at).toISOString();
    if (isSend(entry) && at > (times.get(entry.conversation_id) ?? "")) times.set(entry.conversation_id, at);
  }
  const rows = await conversation.bulkGet([...times.keys()]);
  return rows
    .flatMap((row): Written[] => {
      const at = times.get(row?.id ?? "");
      if (row === undefined || at === undefined || at <= (row.last_message_at ?? "")) return [];
      return [{ row, order: conversationOrder({ ...row, last_message_at: at }) }];
    })
    .toSorted((a, b) => (a.order < b.order ? -1 : 1));
}

/** The ids of the list, newest first, as far down as the list is read without holes. */
export async function conversationIds(db: LocalDatabase, { shelf, unreadOnly, name }: ListFilter): Promise<Id[]> {
  const side = await db.activeSide();
  const { conversation } = db.side(side);
  const floor = (await db.read(`list-${side}`))?.floor ?? "";
  const above = (order: string): Collection<LocalConversation, Id> =>
    unreadOnly
      ? conversation.where("[shelf+unread+order]").between([shelf, 1, order], [shelf, 1, LAST])
      : conversation.where("[shelf+order]").between([shelf, order], [shelf, LAST]);
  const written = (await writtenTo(db, db.side(side))).filter(({ row }) => row.shelf === shelf && (!unreadOnly || row.unread === 1));
  if (name !== "") {
    const orders = new Map(written.map(({ row, order }) => [row.id, order]));
    const orderOf = (row: LocalConversation): string => orders.get(row.id) ?? row.order;
    const wanted = folded(name);
    const rows = await above("").filter((row) => folded(row.name).includes(wanted)).toArray();
    return rows.toSorted((a, b) => (orderOf(a) > orderOf(b) ? -1 : 1)).map(({ id }) => id);
  }
  const ids = await above(unreadOnly ? "" : floor).reverse().primaryKeys();
  if (written.length === 0) return ids;
  const moved = new Set(written.map(({ row }) => row.id));
  const list = ids.filter((id) => !moved.has(id));
  // The lowest first: what is put in above it does not move it.
  for (const { row, order } of written) {
    const stay = written.filter((other) => other.row.order >= order).length;
    list.splice((await above(order).count()) - stay, 0, row.id);
  }
  return list;
}
