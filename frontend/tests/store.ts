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

/** An outbox out of which nothing leaves. */
export function idleOutbox(db: LocalDatabase): Outbox {
  return new Outbox(db, { mayLeave: () => false, onSignedOut: () => undefined, exclusively: (work) => work() });
}
