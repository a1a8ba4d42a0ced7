import { vi } from "vitest";

import { LocalDatabase } from "../src/sync/db";
import { Outbox } from "../src/sync/outbox/outbox";
import { OutboxDatabase } from "../src/sync/outbox/store";

let count = 0;

/** An empty local database of its own name. */
export async function freshDatabase(): Promise<LocalDatabase> {
  count += 1;
  const db = new LocalDatabase(`landline-test-${count}`, new OutboxDatabase(`landline-test-${count}-outbox`));
  await db.open();
  await db.outbox.open();
  return db;
}

/** Until it holds, however busy the machine is. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 30_000, interval: 10 });
}

/** An outbox out of which nothing leaves. */
export function idleOutbox(db: LocalDatabase): Outbox {
  return new Outbox(db, { mayLeave: () => false, onSignedOut: () => undefined, exclusively: (work) => work() });
}
