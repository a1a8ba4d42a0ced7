import { act } from "@testing-library/react";
import { vi } from "vitest";

import type { Client } from "../src/sync/client";
import { Engine } from "../src/sync/engine";
import { RowCache } from "../src/sync/rowCache";
import { freshDatabase, idleOutbox } from "./store";

/** What screens stand on: an empty store, an engine that is not started, and an outbox out of which nothing leaves. */
export async function freshClient(): Promise<Client> {
  const db = await freshDatabase();
  const user = { id: "1", username: "owner", display_name: "Owner" };
  const engine = new Engine(db, { user, build: "b", onNewBuild: vi.fn(), onSignedOut: vi.fn() });
  return { db, engine, outbox: idleOutbox(db), rows: new RowCache(db), user, demo: false };
}

/** Long enough for what is drawn, read and drawn again: counted in turns of the store, not in time. */
export async function settle(client: Client): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) {
    await act(async () => {
      await client.db.side(0).message.count();
      await client.db.outbox.drafts.count();
      await new Promise((resolve) => setTimeout(resolve, 0));
    });
  }
}
