import { afterEach, expect, test } from "vitest";

import { applyFrames, claimTerm } from "../src/sync/apply";
import type { LocalDatabase } from "../src/sync/db";
import { messages, opening } from "../src/sync/queries";
import { attendee, message } from "./rows";
import { freshDatabase } from "./store";

let db: LocalDatabase;

afterEach(() => {
  db.close();
});

async function sendersShown(): Promise<unknown[]> {
  const shown = await messages(db, { conversationId: "1", from: null, to: null });
  expect((await opening(db, "1", 0, 10)).messages).toEqual(shown);
  return shown.map(({ sender_id, sender_name, reactions }) => [sender_id, sender_name, reactions[0]?.sender_id]);
}

test("several ids of one person are one sender, as soon as and as long as they are linked", async () => {
  db = await freshDatabase();
  const writer = { side: 0, term: await claimTerm(db) } as const;
  const reaction = { id: "1", emoji: "👍", sender_id: "8", sender_name: "a. n.", is_own: false };
  const apply = (rows: object): Promise<void> =>
    applyFrames(db, writer, [{ type: "changes", rows, gone: [], more: false, cursor: "c" }], null, 0);

  await apply({
    attendee: [attendee("7", { name: "Ana" }), attendee("8", { name: "" })],
    message: [message("1", { sender_id: "7" }), message("2", { sender_id: "8", sender_name: "a. n.", reactions: [reaction] })],
  });
  expect(await sendersShown()).toEqual([["7", "Ana", undefined], ["8", "a. n.", "8"]]);

  await apply({ attendee: [attendee("8", { name: "Ana", same_as_id: "7", version: "2" })] });
  expect(await sendersShown()).toEqual([["7", "Ana", undefined], ["7", "Ana", "7"]]);

  await apply({ attendee: [attendee("8", { name: "", same_as_id: null, version: "3" })] });
  expect(await sendersShown()).toEqual([["7", "Ana", undefined], ["8", "a. n.", "8"]]);
});
