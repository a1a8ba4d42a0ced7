import { forgetMessages } from "./apply";
import type { LocalDatabase } from "./db";

/** No room even after every message that can be read again was forgotten. */
export class StorageFull extends Error {
  override readonly name = "StorageFull";
}

/** Conversations whose messages stay, from the gentlest cut to the last. */
const CUTS = [200, 30, 0] as const;

function isQuotaError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const inner: unknown = "inner" in error ? error.inner : null;
  return error.name === "QuotaExceededError" || (inner instanceof Error && inner.name === "QuotaExceededError");
}

/** Does the work; when the device is full, forgets old threads, which the server still has, and does it again. */
export async function withRoom<T>(db: LocalDatabase, work: () => Promise<T>): Promise<T> {
  for (const keep of CUTS) {
    try {
      return await work();
    } catch (error) {
      if (!isQuotaError(error)) throw error;
      await forgetMessages(db, await db.activeSide(), keep);
    }
  }
  try {
    return await work();
  } catch (error) {
    throw isQuotaError(error) ? new StorageFull() : error;
  }
}
