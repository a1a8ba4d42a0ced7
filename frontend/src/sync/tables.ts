/** What a transaction of apply.ts does to the tables of one side. */
import type { Table } from "dexie";

import type { Entities, Entity, Gone, Id } from "../api/types";
import { ENTITIES } from "../api/types";
import { compareDecimal } from "../lib/decimal";
import type { LocalDatabase, SideTables } from "./db";
import { toLocal, toLocalConversation, type LocalConversation, type LocalEntities } from "./rows";

interface Versioned {
  readonly id: Id;
  readonly version: string;
}

const KNOWN: ReadonlySet<string> = new Set(ENTITIES);

const isOlder = (row: Versioned, held: Versioned | undefined): boolean =>
  held !== undefined && compareDecimal(row.version, held.version) < 0;

function newestById<T extends Versioned>(rows: readonly T[]): Map<Id, T> {
  const newest = new Map<Id, T>();
  for (const row of rows) if (!isOlder(row, newest.get(row.id))) newest.set(row.id, row);
  return newest;
}

/** Only conversations carry what the read marks decide, so each kind of row finds its own way into the table. */
async function convert<E extends Entity>(
  db: LocalDatabase,
  entity: E,
  rows: readonly Entities[E][],
): Promise<LocalEntities[E][]> {
  if (entity !== "conversation") return rows.map(toLocal[entity]);
  const conversations = rows as readonly Entities["conversation"][];
  const marks = await db.readMarks.bulkGet(conversations.map((row) => row.id));
  return conversations.map((row, index) => toLocalConversation(row, marks[index])) as LocalEntities[E][];
}

export async function writeRows<E extends Entity>(
  db: LocalDatabase,
  tables: SideTables,
  entity: E,
  rows: readonly Entities[E][],
): Promise<void> {
  if (rows.length === 0) return;
  const newest = [...newestById<Entities[E]>(rows).values()];
  const table = tables[entity] as unknown as Table<LocalEntities[E], Id>;
  const held = await table.bulkGet(newest.map((row) => row.id));
  const gone = await tables.gone.bulkGet(newest.map((row) => [entity, row.id]));
  const accepted = newest.filter((row, index) => {
    const tombstone = gone[index];
    if (tombstone !== undefined && compareDecimal(row.version, tombstone.version) <= 0) return false;
    return !isOlder(row, held[index]);
  });
  if (accepted.length === 0) return;
  await table.bulkPut(await convert(db, entity, accepted));
  if (entity === "conversation") await askHistoryAgain(tables, accepted as readonly Entities["conversation"][]);
}

/** A raised history revision says that messages older than our oldest exist now. */
async function askHistoryAgain(tables: SideTables, conversations: readonly Entities["conversation"][]): Promise<void> {
  const threads = await tables.thread.bulkGet(conversations.map((row) => row.id));
  const stale = threads.flatMap((thread, index) => {
    const revised = thread?.complete === true && thread.history_revision !== conversations[index]?.history_revision;
    return revised ? [{ ...thread, complete: false }] : [];
  });
  if (stale.length > 0) await tables.thread.bulkPut(stale);
}

/** Recomputes what follows from the read marks. */
export async function deriveConversations(db: LocalDatabase, tables: SideTables, ids: readonly Id[]): Promise<void> {
  const rows = (await tables.conversation.bulkGet([...ids])).filter((row): row is LocalConversation => row !== undefined);
  await tables.conversation.bulkPut(await convert(db, "conversation", rows));
}

export async function removeRows(db: LocalDatabase, tables: SideTables, announced: readonly Gone[]): Promise<void> {
  const gone = announced.filter((row) => KNOWN.has(row.entity));
  if (gone.length === 0) return;
  const known = await tables.gone.bulkGet(gone.map((row) => [row.entity, row.id]));
  const news = gone.filter((row, index) => {
    const before = known[index];
    return before === undefined || compareDecimal(row.version, before.version) > 0;
  });
  await tables.gone.bulkPut(
    news
      .toSorted((a, b) => compareDecimal(a.version, b.version))
      .map(({ entity, id, version }) => ({ entity, id, version })),
  );
  for (const { entity, id, version } of news) {
    const held: Versioned | undefined = await tables[entity].get(id);
    if (held === undefined || compareDecimal(held.version, version) > 0) continue;
    if (entity === "channel") await purgeChannel(db, tables, id);
    else if (entity === "conversation") await purgeConversation(db, tables, id);
    else await tables[entity].delete(id);
  }
}

async function purgeConversation(db: LocalDatabase, tables: SideTables, id: Id): Promise<void> {
  await tables.conversation.delete(id);
  await tables.message.where("[conversation_id+position]").between([id, ""], [id, "\uffff"]).delete();
  await tables.member.where("conversation_id").equals(id).delete();
  await tables.draft.where("conversation_id").equals(id).delete();
  await tables.thread.delete(id);
  await db.readMarks.delete(id);
}

export async function purgeChannel(db: LocalDatabase, tables: SideTables, channelId: Id): Promise<void> {
  const conversations = await tables.conversation.where("channel_id").equals(channelId).primaryKeys();
  await db.readMarks.bulkDelete(conversations);
  for (const table of [tables.conversation, tables.message, tables.attendee, tables.member, tables.draft, tables.thread]) {
    await (table as Table<unknown, Id>).where("channel_id").equals(channelId).delete();
  }
  await tables.channel.delete(channelId);
}
