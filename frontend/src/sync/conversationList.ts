/** Which conversations the list shows, in which order. */
import type { Collection } from "dexie";

import type { Id } from "../api/types";
import { folded } from "../lib/text";
import { movedConversations } from "./conversationWanted";
import type { LocalDatabase, SideTables } from "./db";
import type { LocalConversation, Shelf } from "./rows";

export interface ListFilter {
  readonly shelf: Shelf;
  readonly unreadOnly: boolean;
  /** Part of a name; "" for all. */
  readonly name: string;
}

const LAST = "\uffff";

/**
 * The ids of the list, newest first, as far down as the list is read without holes. One conversation can be kept among the
 * unread ones, though it has been read.
 */
export async function conversationIds(db: LocalDatabase, filter: ListFilter, kept: Id | null = null): Promise<Id[]> {
  const { shelf, unreadOnly, name } = filter;
  const side = await db.activeSide();
  const { conversation } = db.side(side);
  const floor = (await db.read(`list-${side}`))?.floor ?? "";
  const above = (order: string): Collection<LocalConversation, Id> => shelved(conversation, shelf, unreadOnly, order);
  const isShown = (row: LocalConversation): boolean => isOn(row, shelf, unreadOnly);
  const moved = await movedConversations(db, db.side(side));
  const gone = new Set(moved.map(({ row }) => row.id));
  const stays = !unreadOnly || kept === null ? undefined : (moved.find(({ row }) => row.id === kept)?.wanted ?? (await conversation.get(kept)));
  const read = stays !== undefined && isOn(stays, shelf, false) && !isShown(stays) ? [stays] : [];
  const come = [...moved.map(({ wanted }) => wanted).filter(isShown), ...read];
  if (name !== "") {
    const wanted = folded(name);
    const isNamed = (row: LocalConversation): boolean => folded(row.name).includes(wanted);
    const stay = await above("").filter((row) => isNamed(row) && !gone.has(row.id)).toArray();
    return [...stay, ...come.filter(isNamed)].toSorted((a, b) => (a.order > b.order ? -1 : 1)).map(({ id }) => id);
  }
  const lowest = unreadOnly ? "" : floor;
  const ids = await above(lowest).reverse().primaryKeys();
  if (moved.length === 0 && come.length === 0) return ids;
  const list = ids.filter((id) => !gone.has(id));
  // The lowest first: what is put in above it does not move it.
  for (const { id, order } of come.toSorted((a, b) => (a.order < b.order ? -1 : 1))) {
    if (order < lowest) continue;
    const left = moved.filter(({ row }) => isShown(row) && row.order >= order).length;
    list.splice((await above(order).count()) - left, 0, id);
  }
  return list;
}

/** How many conversations stand on a shelf, or of them the unread ones. */
export async function conversationCount(db: LocalDatabase, shelf: Shelf, unreadOnly: boolean): Promise<number> {
  const tables = await db.activeTables();
  const moved = await movedConversations(db, tables);
  const come = moved.filter(({ wanted }) => isOn(wanted, shelf, unreadOnly)).length;
  const left = moved.filter(({ row }) => isOn(row, shelf, unreadOnly)).length;
  return (await shelved(tables.conversation, shelf, unreadOnly, "").count()) + come - left;
}

function isOn(row: LocalConversation, shelf: Shelf, unreadOnly: boolean): boolean {
  return row.shelf === shelf && (!unreadOnly || row.unread === 1);
}

function shelved(
  conversation: SideTables["conversation"],
  shelf: Shelf,
  unreadOnly: boolean,
  order: string,
): Collection<LocalConversation, Id> {
  return unreadOnly
    ? conversation.where("[shelf+unread+order]").between([shelf, 1, order], [shelf, 1, LAST])
    : conversation.where("[shelf+order]").between([shelf, order], [shelf, LAST]);
}
