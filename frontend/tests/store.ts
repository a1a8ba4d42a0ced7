import { LocalDatabase } from "../src/sync/db";

let count = 0;

/** An empty local database of its own name. */
export async function freshDatabase(): Promise<LocalDatabase> {
  count += 1;
  const db = new LocalDatabase(`landline-test-${count}`);
  await db.open();
  return db;
}
