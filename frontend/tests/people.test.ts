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

test("an answer says whose words it quotes, where they are here and upstream did not say", async () => {
  db = await freshDatabase();
  const writer = { side: 0, term: await claimTerm(db) } as const;
  const quoting = (message_id: string | null, sender_name: string | null = null) => ({
    quoted: { external_message_id: `m${message_id ?? ""}`, sender_name, text: "Hello", message_id },
  });
  const rows = {
    attendee: [attendee("7", { name: "Ana" })],
    message: [
      message("1", { direction: "outbound", sender_id: null, sender_name: null }),
      message("2", { sender_id: "7" }),
      message("3", quoting("1")),
      message("4", quoting("2")),
      message("5", quoting("1", "Grace")),
      message("6", quoting("9")),
      message("8", quoting(null)),
    ],
  };
  await applyFrames(db, writer, [{ type: "changes", rows, gone: [], more: false, cursor: "c" }], null, 0);
  const shown = await messages(db, { conversationId: "1", from: null, to: null });
  expect((await opening(db, "1", 0, 10)).messages).toEqual(shown);
  expect(shown.slice(2).map(({ quoted }) => quoted?.sender_name)).toEqual(["You", "Ana", "Grace", null, null]);
});
