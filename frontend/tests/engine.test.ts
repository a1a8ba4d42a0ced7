import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { openDatabase, type LocalDatabase } from "../src/sync/db";
import { Engine } from "../src/sync/engine";
import { conversationIds } from "../src/sync/conversationList";
import { FakeServer } from "./fakeServer";
import { channel, conversation, message } from "./rows";
import { eventually } from "./store";

/** A socket whose other end is the fake server: it greets, sends what changed since the cursor, and stays open. */
class ServedSocket {
  static readonly OPEN = 1;
  static server: FakeServer;
  static epoch = "e1";
  static userId = "7";
  static open: ServedSocket[] = [];
  readonly readyState = 1;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(address: URL) {
    const cursor = address.searchParams.get("cursor") ?? "";
    ServedSocket.open.push(this);
    setTimeout(() => {
      if (!ServedSocket.server.reachable) {
        this.onclose?.({ code: 1006 });
        return;
      }
      const { epoch, userId: user_id } = ServedSocket;
      this.says({ type: "hello", epoch, cursor, build: "b", user_id, heartbeat_seconds: 20 });
      this.says({ type: "changes", more: false, ...ServedSocket.server.changesSince(cursor) });
    }, 0);
  }

  send(): void {
    return;
  }

  close(): void {
    this.onmessage = null;
    this.onclose = null;
  }

  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

let server: FakeServer;
let db: LocalDatabase;
let engine: Engine;
const signedOut = vi.fn();
let users = 100;

beforeEach(async () => {
  server = new FakeServer();
  server.start();
  ServedSocket.server = server;
  ServedSocket.epoch = "e1";
  ServedSocket.open = [];
  vi.stubGlobal("WebSocket", ServedSocket);
  vi.spyOn(Math, "random").mockReturnValue(0.01);
  signedOut.mockClear();
  users += 1;
  ServedSocket.userId = String(users);
  server.write("channel", channel("1"));
  for (let id = 1; id <= 5; id += 1) server.write("conversation", conversation(String(id)));
  server.write("message", message("50"));
  db = await openDatabase(String(users));
  const user = { id: String(users), username: "owner", display_name: "Owner" };
  engine = new Engine(db, { user, build: "b", onNewBuild: vi.fn(), onSignedOut: signedOut });
});

afterEach(() => {
  engine.stop();
  db.close();
  vi.unstubAllGlobals();
});

const live = (): Promise<void> => eventually(() => expect(engine.status.get().phase).toBe("live"));
const names = async (): Promise<string[]> =>
  (await (await db.activeTables()).conversation.toArray()).map((row) => row.name).sort();

describe("the engine", () => {
  test("loads an empty device, goes live, keeps the newest threads ready and follows the feed", async () => {
    await engine.start();
    expect(engine.status.get().firstLoad).toBe(true);
    await live();
    expect(engine.status.get().firstLoad).toBe(false);
    expect(engine.status.get().freshAt).toBeGreaterThan(0);
    await eventually(async () => expect(await db.side(0).thread.count()).toBe(5));
    server.write("conversation", conversation("1", { name: "Renamed" }));
    const since = (await db.read("feed-0"))?.cursor ?? "";
    ServedSocket.open.at(-1)?.says({ type: "changes", more: false, ...server.changesSince(since) });
    await eventually(async () => expect(await names()).toContain("Renamed"));
    expect((await db.read("feed-0"))?.cursor).toBe(server.version);
  });

  test("tries again by itself when the first load fails half way", async () => {
    server.answersLeft = 2;
    await engine.start();
    await eventually(() => expect(engine.status.get().phase).toBe("offline"));
    expect(await db.read("feed-0")).toBeUndefined();
    server.answersLeft = Infinity;
    await live();
    expect(await names()).toHaveLength(5);
  });

  test("D16: another epoch replaces the whole copy, rows with higher versions included", async () => {
    await engine.start();
    await live();
    await eventually(async () => expect((await db.read("feed-0"))?.epoch).toBe("e1"));
    server.conversations.delete("5");
    server.conversations.set("1", conversation("1", { name: "From the backup", version: "0" }));
    ServedSocket.epoch = "e2";
    ServedSocket.open.at(-1)?.onclose?.({ code: 1012 });
    await eventually(async () => expect(await db.activeSide()).toBe(1));
    expect(await names()).toEqual(["From the backup", "Person 2", "Person 3", "Person 4"]);
    await eventually(async () => expect(await db.side(0).conversation.count()).toBe(0));
    await live();
  });

  test("a server that knows this browser as another user gets nothing written", async () => {
    await engine.start();
    await live();
    ServedSocket.userId = "someone else";
    ServedSocket.open.at(-1)?.onclose?.({ code: 1012 });
    await eventually(() => expect(signedOut).toHaveBeenCalledWith(false));
  });

  test("H1: with the server gone the list stays and the line says since when", async () => {
    await engine.start();
    await live();
    const freshAt = engine.status.get().freshAt;
    server.reachable = false;
    ServedSocket.open.at(-1)?.onclose?.({ code: 1006 });
    await eventually(() => expect(engine.status.get().phase).toBe("offline"));
    expect(engine.status.get().freshAt).toBe(freshAt);
    expect(await conversationIds(db, { shelf: "inbox", unreadOnly: false, name: "" })).toHaveLength(5);
  });

  test("H11: a stopped engine writes nothing more", async () => {
    await engine.start();
    await live();
    const socket = ServedSocket.open.at(-1);
    const hear = socket?.onmessage;
    engine.stop();
    hear?.({ data: JSON.stringify({ type: "changes", rows: { conversation: [conversation("99")] }, more: false, cursor: "z" }) });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await names()).not.toContain("Person 99");
  });
});
