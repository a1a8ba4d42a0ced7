import type { Attendee } from "../api/types";
import type { LocalDatabase } from "./db";
import { attendees, conversationIds, conversations } from "./queries";
import type { LocalConversation } from "./rows";
import { WatchedRows } from "./watchedRows";

const WARM_BATCH = 250;

const whenIdle: (work: () => void) => void =
  typeof requestIdleCallback === "undefined" ? (work) => setTimeout(work, 50) : (work) => requestIdleCallback(work);

/** The conversations the list has seen, so that scrolling never meets an empty row, and the people shown with them. */
export class RowCache extends WatchedRows<LocalConversation> {
  readonly people: WatchedRows<Attendee>;
  readonly #db: LocalDatabase;

  constructor(db: LocalDatabase) {
    super((ids) => conversations(db, ids));
    this.people = new WatchedRows((ids) => attendees(db, ids));
    this.#db = db;
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
        const missing = ids.slice(from, from + WARM_BATCH).filter((id) => this.get(id) === undefined);
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
