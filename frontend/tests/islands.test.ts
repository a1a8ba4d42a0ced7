import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { applyFrames, claimTerm } from "../src/sync/apply";
import type { LocalDatabase } from "../src/sync/db";
import { islandGrow, islandOpen, placeInThread, type Island } from "../src/sync/islands";
import { firstLoad } from "../src/sync/load";
import { messages, stretchAround } from "../src/sync/queries";
import { messagePosition } from "../src/sync/rows";
import { ThreadLoader } from "../src/sync/threads";
import { FakeServer } from "./fakeServer";
import { channel, conversation, message } from "./rows";
import { freshDatabase } from "./store";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.start();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

async function opened(count: number, size: number): Promise<{ db: LocalDatabase; feed: () => Promise<void>; loader: ThreadLoader }> {
  server = new FakeServer();
  server.start();
  server.pageSize = size;
  server.write("channel", channel("1"));
  server.write("conversation", conversation("1"));
  for (let id = 1; id <= count; id += 1) server.write("message", message(String(1000 + id)));
  const db = await freshDatabase();
  const term = await claimTerm(db);
  await firstLoad(db, term, new AbortController().signal);
  const loader = new ThreadLoader(db);
  await loader.ensureNewest("1");
  const feed = async (): Promise<void> => {
    const changes = server.changesSince((await db.read("feed-0"))?.cursor ?? "0");
    await applyFrames(db, { side: 0, term }, [{ type: "changes", more: false, ...changes }], null, 0);
  };
  return { db, loader, feed };
}

const truth = (): string[] =>
  [...server.messages.values()].sort((a, b) => (messagePosition(a) < messagePosition(b) ? -1 : 1)).map((row) => row.id);

async function shown(db: LocalDatabase, island: Island | null): Promise<string[]> {
  const ends = island === null ? { from: null, to: null } : { from: island.low, to: island.high };
  return (await messages(db, { conversationId: "1", ...ends, island })).map((row) => row.id);
}

const isStretchOf = (part: readonly string[], whole: readonly string[]): boolean => {
  const start = whole.indexOf(part[0] ?? "");
  return part.every((id, index) => whole[start + index] === id);
};

describe("a far jump", () => {
  test("shows a stretch without holes of its own, which grows until both are one", async () => {
    const walks = fc.array(fc.constantFrom("older", "newer", "new", "edit", "page"), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(walks, fc.integer({ min: 1, max: 40 }), fc.nat(39), fc.integer({ min: 1, max: 6 }), async (walk, count, nth, size) => {
        const { db, feed, loader } = await opened(count, size);
        const target = String(1001 + (nth % count));
        let island = (await placeInThread(db, "1", target)) === null ? await islandOpen(db, "1", target) : null;
        expect(await shown(db, island)).toContain(target);
        let next = 5000;
        for (const step of walk) {
          if (step === "new") server.write("message", message(String((next += 1))));
          else if (step === "edit") server.write("message", { ...message(target), text: `edited ${(next += 1)}` });
          else if (step === "page") await loader.loadOlder("1");
          else if (island !== null) island = await islandGrow(db, island, step === "older" ? "older" : "newer");
          await feed();
          expect(isStretchOf(await shown(db, null), truth())).toBe(true);
          expect((await shown(db, null)).at(-1)).toBe(truth().at(-1));
          const there = await shown(db, island);
          expect(there).toContain(target);
          expect(isStretchOf(there, truth())).toBe(true);
        }
        for (let guard = 0; guard < 100 && island !== null; guard += 1) island = await islandGrow(db, island, "newer");
        expect(island).toBeNull();
        for (let guard = 0; guard < 100 && (await db.side(0).thread.get("1"))?.complete !== true; guard += 1) await loader.loadOlder("1");
        expect(await shown(db, null)).toEqual(truth());
        db.close();
      }),
      { numRuns: 40 },
    );
  });

  test("to what is here already asks the server for nothing", async () => {
    const { db } = await opened(10, 50);
    const asked = server.requests.length;
    const place = await placeInThread(db, "1", "1005");
    expect(place).not.toBeNull();
    expect(await stretchAround(db, "1", place ?? "", 2, null)).toEqual({
      from: messagePosition(message("1003")),
      to: messagePosition(message("1007")),
    });
    expect(server.requests).toHaveLength(asked);
  });

  test("to a message of another conversation is not a place in this one", async () => {
    const { db } = await opened(3, 50);
    expect(await placeInThread(db, "2", "1001")).toBeNull();
  });
});
