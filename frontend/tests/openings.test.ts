import fc from "fast-check";
import { expect, test, vi } from "vitest";

import { activateSide, applyFrames, applyReadMark, applyThreadPage, claimTerm, clearSide } from "../src/sync/apply";
import type { Side } from "../src/sync/db";
import { Openings } from "../src/sync/openings";
import { CONTEXT, conversation as readConversation, opening } from "../src/sync/queries";
import { channel, conversation, message } from "./rows";
import { freshDatabase } from "./store";

type Step = "arrives" | "edited" | "removed" | "read" | "counted" | "elsewhere" | "replaced";
const STEPS: readonly Step[] = ["arrives", "edited", "removed", "read", "counted", "elsewhere", "replaced"];

const WAIT = { timeout: 20_000 };

test("what is held is what would be read, whatever is written", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...STEPS), { maxLength: 12 }), async (walk) => {
      const db = await freshDatabase();
      const term = await claimTerm(db);
      let side: Side = 0;
      let last = 1000;
      const apply = (rows: object, gone: { entity: "message"; id: string; version: string }[] = []): Promise<void> =>
        applyFrames(db, { side, term }, [{ type: "changes", rows, gone, more: false, cursor: "c" }], null, 0);
      const fill = async (): Promise<void> => {
        await apply({ channel: [channel("1")], conversation: [conversation("1", { unread_count: 2 }), conversation("2")] });
        const request = { conversationId: "1", channelId: "1", cursor: null, historyRevision: 0 };
        const page = { items: [message("1000"), message("999")], attendees: [], next_cursor: null, newer_cursor: null };
        await applyThreadPage(db, { side, term }, request, page);
      };
      await fill();
      const openings = new Openings(db);
      const stop = openings.follow();
      const unread = async (): Promise<number> => (await readConversation(db, "1"))?.shown_unread ?? 0;
      const held = async (): Promise<void> => {
        openings.want(["1", "2"]);
        const count = await unread();
        await vi.waitFor(() => {
          expect(openings.get("1", count)).not.toBeNull();
        }, WAIT);
      };
      const steps: Record<Step, () => Promise<unknown>> = {
        arrives: () => apply({ message: [message(String((last += 1)))] }),
        edited: () => apply({ message: [message("999", { text: `edited ${(last += 1)}`, version: String(last) })] }),
        removed: () => apply({}, [{ entity: "message", id: String(last), version: "9000" }]),
        read: () => applyReadMark(db, "1", "1000"),
        counted: () => apply({ conversation: [conversation("1", { unread_count: (last += 1) - 998, version: String(last) })] }),
        elsewhere: () => apply({ message: [message(String((last += 1)), { conversation_id: "2" })] }),
        replaced: async () => {
          side = side === 0 ? 1 : 0;
          await clearSide(db, { side, term });
          await fill();
          await activateSide(db, { side, term });
        },
      };
      await held();
      for (const step of walk) {
        await steps[step]();
        const count = await unread();
        const found = openings.get("1", count);
        if (found !== null) expect(found).toMatchObject(await opening(db, "1", count, CONTEXT));
        await held();
        expect(openings.get("1", await unread())).toMatchObject(await opening(db, "1", await unread(), CONTEXT));
      }
      stop();
      expect(openings.get("1", await unread())).toBeNull();
      db.close();
    }),
    { numRuns: 10 },
  );
});

test("a thread whose newest page was never read, or with another count of unread messages, is not held", async () => {
  const db = await freshDatabase();
  const writer = { side: 0, term: await claimTerm(db) } as const;
  const rows = { channel: [channel("1")], conversation: [conversation("1"), conversation("2")] };
  await applyFrames(db, writer, [{ type: "changes", rows, gone: [], more: false, cursor: "c" }], null, 0);
  const page = { items: [message("5", { conversation_id: "2" })], attendees: [], next_cursor: null, newer_cursor: null };
  await applyThreadPage(db, writer, { conversationId: "2", channelId: "1", cursor: null, historyRevision: 0 }, page);
  const openings = new Openings(db);
  const stop = openings.follow();
  openings.want(["1", "2"]);
  await vi.waitFor(() => {
    expect(openings.get("2", 0)?.messages.map(({ id }) => id)).toEqual(["5"]);
  }, WAIT);
  expect(openings.get("1", 0)).toBeNull();
  expect(openings.get("2", 3)).toBeNull();
  stop();
  db.close();
});
