/**
 * What the outbox holds, as the screen draws it: the stored entries, and those of this tab that are just being stored,
 * so that a bubble need not wait for the disk.
 */
import type { Id } from "../../api/types";
import { following } from "../watchedRows";
import { inOrder, type OutboxEntry } from "./entries";
import type { OutboxDatabase } from "./store";

const NOTHING: readonly OutboxEntry[] = [];

interface Unstored {
  readonly entry: OutboxEntry;
  readonly blobs: ReadonlyMap<string, Blob>;
}

interface Coming extends Unstored {
  /** The reading that was the newest when the entry had been stored; null until then. */
  readonly storedAtReading: number | null;
}

export class OutboxView {
  readonly #store: OutboxDatabase;
  readonly #listeners = new Set<() => void>();
  readonly #coming = new Map<string, Coming>();
  #stored: readonly OutboxEntry[] = NOTHING;
  #all: readonly OutboxEntry[] = NOTHING;
  #byConversation: ReadonlyMap<Id, readonly OutboxEntry[]> = new Map();
  #readings = 0;

  constructor(store: OutboxDatabase) {
    this.#store = store;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly all = (): readonly OutboxEntry[] => this.#all;

  /** Those of one conversation, in their order; the same array until one of them changes. */
  of(conversationId: Id): readonly OutboxEntry[] {
    return this.#byConversation.get(conversationId) ?? NOTHING;
  }

  get(clientId: string): OutboxEntry | undefined {
    return this.#all.find((entry) => entry.client_id === clientId);
  }

  /** Follows the store until the returned function is called. */
  follow(): () => void {
    return following(
      async () => {
        this.#readings += 1;
        const reading = this.#readings;
        return { reading, entries: await this.#store.entries.toArray() };
      },
      ({ reading, entries }) => {
        this.#stored = entries;
        const ids = new Set(entries.map(({ client_id }) => client_id));
        for (const [id, { storedAtReading }] of this.#coming) {
          const overtaken = storedAtReading !== null && reading > storedAtReading;
          if (ids.has(id) || overtaken) this.#coming.delete(id);
        }
        this.#tell();
      },
    );
  }

  /** Shows an entry at once that is about to be stored, or that could not be. */
  show(entry: OutboxEntry, blobs: ReadonlyMap<string, Blob>): void {
    this.#coming.set(entry.client_id, { entry, blobs, storedAtReading: null });
    this.#tell();
  }

  stored(clientId: string): void {
    const coming = this.#coming.get(clientId);
    if (coming !== undefined) this.#coming.set(clientId, { ...coming, storedAtReading: this.#readings });
  }

  /** An entry that only this page holds. */
  unstored(clientId: string): Unstored | null {
    const coming = this.#coming.get(clientId);
    return coming?.storedAtReading === null ? coming : null;
  }

  forget(clientId: string): OutboxEntry | null {
    const unstored = this.unstored(clientId);
    if (this.#coming.delete(clientId)) this.#tell();
    return unstored?.entry ?? null;
  }

  #tell(): void {
    const stored = new Set(this.#stored.map(({ client_id }) => client_id));
    const coming = [...this.#coming.values()].map(({ entry }) => entry).filter(({ client_id }) => !stored.has(client_id));
    this.#all = inOrder([...this.#stored, ...coming]);
    const ids = new Set(this.#all.map(({ conversation_id }) => conversation_id));
    this.#byConversation = new Map(
      [...ids].map((id) => {
        const held = this.of(id);
        const entries = this.#all.filter(({ conversation_id }) => conversation_id === id);
        return [id, isSame(held, entries) ? held : entries];
      }),
    );
    for (const listener of this.#listeners) listener();
  }
}

function isSame(held: readonly OutboxEntry[], entries: readonly OutboxEntry[]): boolean {
  return (
    held.length === entries.length &&
    held.every((entry, index) => {
      const other = entries[index];
      return entry.client_id === other?.client_id && entry.revision === other.revision;
    })
  );
}
