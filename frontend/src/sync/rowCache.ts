import { liveQuery } from "dexie";

import type { Id } from "../api/types";
import type { LocalDatabase } from "./db";
import { conversationIds, conversations } from "./queries";
import type { LocalConversation } from "./rows";

const WARM_BATCH = 250;

const whenIdle: (work: () => void) => void =
  typeof requestIdleCallback === "undefined" ? (work) => setTimeout(work, 50) : (work) => requestIdleCallback(work);

/**
 * The conversations the list has seen, so that scrolling never meets an empty row. A row keeps its identity until it
 * changes, and tells only those who show it.
 */
export class RowCache {
  readonly #db: LocalDatabase;
  readonly #rows = new Map<Id, LocalConversation>();
  readonly #listeners = new Map<Id, Set<() => void>>();

  constructor(db: LocalDatabase) {
    this.#db = db;
  }

  get(id: Id): LocalConversation | undefined {
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
    const subscription = liveQuery(async () => conversations(this.#db, ids)).subscribe({
      next: (rows) => {
        this.#take(rows, ids);
      },
      error: (error: unknown) => {
        if (!(error instanceof Error && error.name === "DatabaseClosedError")) throw error;
      },
    });
    return () => {
      subscription.unsubscribe();
    };
  }

  /** Reads the whole list once, in small pieces while nothing else is to be done. */
  warm(): () => void {
    let stopped = false;
    const read = async (): Promise<void> => {
      const ids = await conversationIds(this.#db, { shelf: "inbox", unreadOnly: false, name: "" });
      for (let from = 0; from < ids.length && !stopped; from += WARM_BATCH) {
        await new Promise<void>((resolve) => {
          whenIdle(resolve);
        });
        const missing = ids.slice(from, from + WARM_BATCH).filter((id) => !this.#rows.has(id));
        if (missing.length > 0) this.#take(await conversations(this.#db, missing), missing);
      }
    };
    read().catch((error: unknown) => {
      if (!(error instanceof Error && error.name === "DatabaseClosedError")) throw error;
    });
    return () => {
      stopped = true;
    };
  }

  #take(rows: readonly LocalConversation[], asked: readonly Id[]): void {
    const found = new Set<Id>();
    for (const row of rows) {
      found.add(row.id);
      const held = this.#rows.get(row.id);
      if (held?.version === row.version && held.shown_unread === row.shown_unread) continue;
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
