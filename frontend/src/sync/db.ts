import Dexie, { type EntityTable, type Table } from "dexie";

import type { Entity, Id, Version } from "../api/types";
import { ENTITIES } from "../api/types";
import { OutboxDatabase } from "./outbox/store";
import type { LocalEntities, ReadMark } from "./rows";

/** Part of the database's name: another schema is another database, so no upgrade can be blocked by an old tab. */
const SCHEMA = 3;

const PREFIX = "landline-";

export function databaseName(userId: Id): string {
  return `${PREFIX}${userId}-v${SCHEMA}`;
}

/** Without the schema: what waits to be sent outlives every copy of the server's rows. */
function outboxName(userId: Id): string {
  return `${PREFIX}${userId}-outbox`;
}

/**
 * The synced tables stand twice. One side is read; after a reset the other one is filled beside it and becomes the
 * read one in a single transaction.
 */
export type Side = 0 | 1;

export interface ThreadState {
  readonly conversation_id: Id;
  readonly channel_id: Id;
  /** From this position to the newest message the local copy has no hole; "" when it reaches the first message. */
  readonly floor: string;
  /** The page to ask for next; once complete, the page that held the oldest message, to be asked again. */
  readonly cursor: string | null;
  readonly complete: boolean;
  readonly history_revision: number;
}

export interface GoneRow {
  readonly entity: Entity;
  readonly id: Id;
  readonly version: Version;
}

export type SideTables = { readonly [E in Entity]: Table<LocalEntities[E], Id> } & {
  readonly thread: Table<ThreadState, Id>;
  readonly gone: Table<GoneRow, [Entity, Id]>;
};

/** Where the feed of one side stands. */
export interface FeedState {
  readonly cursor: string;
  readonly epoch: string | null;
  /** Milliseconds since 1970: up to then the copy is known to be current. */
  readonly fresh_at: number;
}

/** How far the list of conversations of one side has been read from the server. */
export interface ListState {
  readonly cursor: string | null;
  /** The order of the oldest conversation read so far; below it the list may have holes. */
  readonly floor: string;
  readonly complete: boolean;
  /** Channels granted while running whose conversations are still to be read. */
  readonly granted: readonly Id[];
}

interface StateValues {
  readonly active: Side;
  /** Raised by each new leader; a transaction of an older one refuses to write. */
  readonly term: number;
  readonly "feed-0": FeedState;
  readonly "feed-1": FeedState;
  readonly "list-0": ListState;
  readonly "list-1": ListState;
}

type StateKey = keyof StateValues;

interface StateRow {
  readonly key: StateKey;
  readonly value: StateValues[StateKey];
}

const SIDE_STORES: Readonly<Record<keyof SideTables, string>> = {
  channel: "id",
  attendee: "id, channel_id",
  conversation: "id, channel_id, [shelf+order], [shelf+unread+order]",
  member: "id, channel_id, conversation_id",
  message: "id, channel_id, [conversation_id+position]",
  draft: "id, channel_id, conversation_id",
  thread: "conversation_id, channel_id",
  gone: "[entity+id]",
};

const SIDE_TABLE_NAMES = [...ENTITIES, "thread", "gone"] as const;

export class LocalDatabase extends Dexie {
  readonly state: Table<StateRow, StateKey>;
  readonly readMarks: EntityTable<ReadMark, "conversation_id">;
  readonly #sides: readonly [SideTables, SideTables];

  constructor(
    name: string,
    readonly outbox: OutboxDatabase,
  ) {
    super(name, { cache: "disabled" });
    const stores: Record<string, string> = { state: "key", read_mark: "conversation_id" };
    for (const side of [0, 1]) {
      for (const [table, indexes] of Object.entries(SIDE_STORES)) stores[`${table}_${side}`] = indexes;
    }
    this.version(1).stores(stores);
    this.state = this.table("state");
    this.readMarks = this.table("read_mark");
    const tablesOf = (side: Side): SideTables =>
      Object.fromEntries(
        SIDE_TABLE_NAMES.map((name) => [name, this.table(`${name}_${side}`)]),
      ) as unknown as SideTables;
    this.#sides = [tablesOf(0), tablesOf(1)];
  }

  override close(): void {
    super.close();
    this.outbox.close();
  }

  side(side: Side): SideTables {
    return this.#sides[side];
  }

  async read<K extends StateKey>(key: K): Promise<StateValues[K] | undefined> {
    const row = await this.state.get(key);
    return row?.value as StateValues[K] | undefined;
  }

  async write<K extends StateKey>(key: K, value: StateValues[K]): Promise<void> {
    await this.state.put({ key, value });
  }

  async activeSide(): Promise<Side> {
    return (await this.read("active")) ?? 0;
  }

  async activeTables(): Promise<SideTables> {
    return this.side(await this.activeSide());
  }
}

/** An older tab holds a database of this name open. */
export class StorageBlocked extends Error {
  override readonly name = "StorageBlocked";
}

/** The browser gives no storage (private mode, disabled, broken beyond a fresh start). */
class StorageUnavailable extends Error {
  override readonly name = "StorageUnavailable";
}

const BLOCKED_AFTER_MS = 1_500;

async function openWithin(database: LocalDatabase, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new StorageBlocked());
    }, milliseconds);
  });
  try {
    await Promise.race([Promise.all([database.open(), database.outbox.open()]), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Opens the user's database; one that cannot be read is deleted and begun anew, since the server has everything.
 * @throws StorageBlocked, StorageUnavailable
 */
export async function openDatabase(userId: Id): Promise<LocalDatabase> {
  const name = databaseName(userId);
  const database = new LocalDatabase(name, new OutboxDatabase(outboxName(userId)));
  try {
    await openWithin(database, BLOCKED_AFTER_MS);
    return database;
  } catch (error) {
    database.close();
    if (error instanceof StorageBlocked) throw error;
  }
  try {
    await Dexie.delete(name);
    const fresh = new LocalDatabase(name, new OutboxDatabase(outboxName(userId)));
    await openWithin(fresh, BLOCKED_AFTER_MS);
    return fresh;
  } catch (error) {
    throw error instanceof StorageBlocked ? error : new StorageUnavailable(String(error));
  }
}

/** Deletes every database of ours, of whichever user and schema. */
export async function deleteDatabases(): Promise<void> {
  const names = await Dexie.getDatabaseNames();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX)).map((name) => Dexie.delete(name)));
}
