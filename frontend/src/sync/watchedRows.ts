import { liveQuery } from "dexie";

import type { Id } from "../api/types";

interface Row {
  readonly id: Id;
  readonly version: string;
}

/** Runs again whatever it read changes, until the returned function is called. */
export function following<T>(query: () => Promise<T>, next: (value: T) => void): () => void {
  // Dexie follows what an asynchronous query reads only if it is handed an async function.
  const subscription = liveQuery(async () => query()).subscribe({
    next,
    error: (error: unknown) => {
      if (!(error instanceof Error && error.name === "DatabaseClosedError")) throw error;
    },
  });
  return () => {
    subscription.unsubscribe();
  };
}

/** Rows of one kind that the screen has seen. A row keeps its identity until it changes, and tells only those who show it. */
export class WatchedRows<T extends Row> {
  readonly #read: (ids: readonly Id[]) => Promise<readonly T[]>;
  readonly #rows = new Map<Id, T>();
  readonly #listeners = new Map<Id, Set<() => void>>();

  constructor(read: (ids: readonly Id[]) => Promise<readonly T[]>) {
    this.#read = read;
  }

  get(id: Id): T | undefined {
    return this.#rows.get(id);
  }

  subscribe(id: Id, listener: () => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(id, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(id);
    };
  }

  /** Keeps these rows current until the returned function is called. */
  watch(ids: readonly Id[]): () => void {
    return following(
      () => this.#read(ids),
      (rows) => {
        this.take(rows, ids);
      },
    );
  }

  protected isSame(held: T, row: T): boolean {
    return held.version === row.version;
  }

  protected take(rows: readonly T[], asked: readonly Id[]): void {
    const found = new Set<Id>();
    for (const row of rows) {
      found.add(row.id);
      const held = this.#rows.get(row.id);
      if (held !== undefined && this.isSame(held, row)) continue;
      this.#rows.set(row.id, row);
      this.#tell(row.id);
    }
    for (const id of asked) {
      if (!found.has(id) && this.#rows.delete(id)) this.#tell(id);
    }
  }

  #tell(id: Id): void {
    for (const listener of this.#listeners.get(id) ?? []) listener();
  }
}
