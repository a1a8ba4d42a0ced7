import Dexie, { RangeSet, rangesOverlap, type ObservabilitySet } from "dexie";

import type { Id } from "../api/types";
import { idle } from "../lib/idle";
import type { LocalDatabase, Side } from "./db";
import { CONTEXT, openingNow, type Opening, type OpeningNow } from "./queries";

/** The most threads that are held at once. */
const MOST = 64;

interface Held {
  /** Null for a conversation that is not here. */
  readonly opening: OpeningNow | null;
  readonly readFrom: ObservabilitySet;
}

/** What threads open with, read ahead: one that is held is drawn in the frame of the click. What changes is read again. */
export class Openings {
  readonly #db: LocalDatabase;
  /** The earliest read first. */
  readonly #held = new Map<Id, Held>();
  #wanted: readonly Id[] = [];
  #changes = 0;
  #reading = false;

  constructor(db: LocalDatabase) {
    this.#db = db;
  }

  /** What the thread opens with if it has so many unread messages; null where that is still to be read. */
  get(id: Id, unread: number): Opening | null {
    const opening = this.#held.get(id)?.opening;
    return opening?.known === true && opening.unread === unread ? opening : null;
  }

  /** Reads these ahead, one after the other while nothing else is to be done. */
  want(ids: readonly Id[]): void {
    this.#wanted = ids.slice(0, MOST);
    void this.#read();
  }

  /** Until the returned function is called, what is held is current. */
  follow(): () => void {
    const changed = (parts: ObservabilitySet): void => {
      this.#changed(parts);
    };
    Dexie.on.storagemutated.subscribe(changed);
    return () => {
      Dexie.on.storagemutated.unsubscribe(changed);
      this.#wanted = [];
      this.#held.clear();
    };
  }

  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      for (let id = this.#next(); id !== undefined; id = this.#next()) {
        await idle();
        const changes = this.#changes;
        const opening = await openingNow(this.#db, id, CONTEXT);
        if (changes === this.#changes) this.#hold(id, opening);
      }
    } catch (error) {
      if (!(error instanceof Error && error.name === "DatabaseClosedError")) throw error;
    } finally {
      this.#reading = false;
    }
  }

  #next(): Id | undefined {
    return this.#wanted.find((id) => !this.#held.has(id));
  }

  #hold(id: Id, opening: OpeningNow | null): void {
    this.#held.set(id, { opening, readFrom: this.#readFrom(id, opening) });
    const wanted = new Set(this.#wanted);
    for (const held of this.#held.keys()) {
      if (this.#held.size <= MOST) return;
      if (!wanted.has(held)) this.#held.delete(held);
    }
  }

  #changed(parts: ObservabilitySet): void {
    for (const [id, { readFrom }] of this.#held) {
      const touched = Object.entries(readFrom).some(([part, keys]) => {
        const written = parts[part];
        return written !== undefined && rangesOverlap(written, keys);
      });
      if (touched) this.#held.delete(id);
    }
    this.#changes += 1;
    void this.#read();
  }

  /** By Dexie's names of what a transaction wrote. */
  #readFrom(id: Id, opening: OpeningNow | null): ObservabilitySet {
    const part = (table: string, index = ""): string => `idb://${this.#db.name}/${table}/${index}`;
    const messages = new RangeSet().addKeys(opening?.messages.map((message) => message.id) ?? []);
    const ofSide = (side: Side): ObservabilitySet => ({
      [part(`conversation_${side}`)]: new RangeSet(id),
      [part(`thread_${side}`)]: new RangeSet(id),
      [part(`message_${side}`)]: messages,
      [part(`message_${side}`, "[conversation_id+position]")]: new RangeSet([id, ""], [id, "\uffff"]),
    });
    return { [part("state")]: new RangeSet("active"), ...ofSide(0), ...ofSide(1) };
  }
}
