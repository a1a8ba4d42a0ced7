import { ApiError, markRead } from "../api/http";
import { settleReadMark } from "./apply";
import type { LocalDatabase } from "./db";

/** Answers after which the same report may succeed later: it stays in the queue. */
const PASSING = new Set([401, 403, 408, 425, 429]);

const isFinal = (error: ApiError): boolean => error.status < 500 && !PASSING.has(error.status);

/** Reports the read marks that the server does not have yet; one that is refused for good is dropped. */
export async function reportReadMarks(db: LocalDatabase, term: number, signal: AbortSignal): Promise<void> {
  for (const mark of await db.readMarks.toArray()) {
    if (signal.aborted) return;
    const answer = await markRead(mark.provider, mark.conversation_id, mark.message_id).catch((error: unknown) => {
      if (error instanceof ApiError && isFinal(error)) return null;
      throw error;
    });
    await settleReadMark(db, { side: await db.activeSide(), term }, mark, answer);
  }
}
