import type { Attendee, Id } from "../api/types";
import { idle } from "../lib/idle";
import type { LocalDatabase } from "./db";
import { Openings } from "./openings";
import { attendees, conversations } from "./queries";
import type { LocalConversation } from "./rows";
import { WatchedRows } from "./watchedRows";

const WARM_BATCH = 100;

/** The conversations the list has seen, so that scrolling never meets an empty row, with the people and the threads behind them. */
export class RowCache extends WatchedRows<LocalConversation> {
  readonly people: WatchedRows<Attendee>;
  readonly openings: Openings;
  readonly #db: LocalDatabase;

  constructor(db: LocalDatabase) {
    super((ids) => conversations(db, ids));
    this.people = new WatchedRows((ids) => attendees(db, ids));
    this.openings = new Openings(db);
    this.#db = db;
  }

  /** Reads those of the rows that it has not seen, in small pieces while nothing else is to be done. */
  warm(ids: readonly Id[]): () => void {
    let stopped = false;
    const read = async (): Promise<void> => {
      const unseen = ids.filter((id) => this.get(id) === undefined);
      for (let from = 0; from < unseen.length && !stopped; from += WARM_BATCH) {
        await idle();
        const missing = unseen.slice(from, from + WARM_BATCH).filter((id) => this.get(id) === undefined);
        if (missing.length > 0) this.take(await conversations(this.#db, missing), missing);
      }
    };
    read().catch((error: unknown) => {
      if (!(error instanceof Error && error.name === "DatabaseClosedError")) throw error;
    });
    return () => {
      stopped = true;
    };
  }

  protected override isSame(held: LocalConversation, row: LocalConversation): boolean {
    return super.isSame(held, row) && held.shown_unread === row.shown_unread;
  }
}
