/** What people want of messages and conversations, before upstream has shown it. */
import { describe, expect, test, vi } from "vitest";

import type { Change } from "../src/api/types";
import { phoneOf } from "../src/inbox/newChat/recipients";
import { FOR_EVER, isMuted, rowItems, toggleMuted, toggleUnread, type RowActs } from "../src/inbox/rowMenu/rowActs";
import { barrier } from "../src/inbox/tools/barriers";
import { messagePosition, toLocalConversation, type LocalConversation, type LocalMessage } from "../src/sync/rows";
import type { OutboxEntry, Wish } from "../src/sync/outbox/entries";
import { asWanted, withWishes } from "../src/sync/wanted";
import { at, conversation, message, outboxEntry } from "./rows";

const local = (fields: Partial<LocalMessage> = {}): LocalMessage => {
  const row = message("7", fields);
  return { ...row, position: messagePosition(row), ...fields };
};
const chat = (fields: Partial<LocalConversation> = {}): LocalConversation => toLocalConversation(conversation("1", fields), undefined);
const own = { direction: "outbound", origin: "us", status: "sent" } as const;
const MINUTE = 60_000;
const sentAt = Date.parse(at(7));

const change = (fields: Partial<Change>): Change => ({
  id: "3",
  client_id: "0197a0c0-0000-7000-8000-000000000000",
  kind: "edit",
  state: "waiting",
  emoji: null,
  text: null,
  reason_code: null,
  reason: null,
  author_id: "1",
  created_at: at(60),
  ...fields,
});

const wish = (wanted: Wish, fields: Partial<OutboxEntry> = {}): OutboxEntry =>
  outboxEntry({ wish: wanted, created_at: sentAt, ...fields });

describe("a message is shown as it is wanted", () => {
  test("an edit that is under way shows its text", () => {
    const shown = asWanted(local({ ...own, changes: [change({ text: "better" })] }));
    expect([shown.text, shown.edited_at]).toEqual(["better", at(60)]);
  });

  test("the later of two edits shows", () => {
    const changes = [change({ id: "3", text: "second" }), change({ id: "4", text: "third" })];
    expect(asWanted(local({ ...own, changes })).text).toBe("third");
  });

  test("a deletion shows at once, one that failed does not", () => {
    expect(asWanted(local({ changes: [change({ kind: "delete" })] })).deleted_at).toBe(at(60));
    expect(asWanted(local({ changes: [change({ kind: "delete", state: "failed" })] })).deleted_at).toBeNull();
  });

  test("a reaction takes the place of the own one, and an empty one takes it back", () => {
    const given = (id: string, emoji: string, is_own: boolean): LocalMessage["reactions"][number] =>
      ({ id, emoji, sender_id: null, sender_name: null, is_own });
    const reactions = [given("1", "👍", true), given("2", "👍", false)];
    const emojis = (emoji: string): string[] =>
      asWanted(local({ reactions, changes: [change({ kind: "react", emoji })] })).reactions.map((one) => `${one.emoji}${one.is_own ? "!" : ""}`);
    expect(emojis("❤️")).toEqual(["👍", "❤️!"]);
    expect(emojis("")).toEqual(["👍"]);
  });

  test("what only this device knows counts after what the server knows", () => {
    const held = local({ ...own, changes: [change({ text: "server" })] });
    const [shown] = withWishes([held], [wish({ kind: "edit", message_id: "7", text: "device" })]);
    expect(shown?.text).toBe("device");
  });

  test("a message of which nothing is wanted stays the same object", () => {
    const held = local();
    const messages = [held];
    expect(withWishes(messages, [])).toBe(messages);
  });

  test("a wish that was refused is told with its reason and changes nothing", () => {
    const refused = wish({ kind: "delete", message_id: "7" }, { state: "failed", trouble: { code: "not_found", message: "It is gone.", request_id: null } });
    const [shown] = withWishes([local(own)], [refused]);
    expect(shown?.deleted_at).toBeNull();
    expect(shown?.changes).toEqual([expect.objectContaining({ state: "failed", reason: "It is gone." })]);
  });

  test("what the server has already told of is not told twice", () => {
    const known = change({ text: "better" });
    const sending = wish({ kind: "edit", message_id: "7", text: "better" }, { client_id: known.client_id });
    expect(withWishes([local({ ...own, changes: [known] })], [sending])[0]?.changes).toHaveLength(1);
  });
});

describe("what cannot be done is said beforehand", () => {
  test("only one's own texts are edited, and only as long as the provider takes it", () => {
    expect(barrier("edit", chat(), local(), sentAt)).toBeUndefined();
    expect(barrier("edit", chat(), local(own), sentAt + 14 * MINUTE)).toBeNull();
    expect(barrier("edit", chat(), local(own), sentAt + 16 * MINUTE)).toMatch(/too long ago/i);
    expect(barrier("edit", chat(), local({ ...own, kind: "image" }), sentAt)).toBeUndefined();
  });

  test("what has not been accepted yet can be changed however long it waits", () => {
    expect(barrier("edit", chat(), local({ ...own, external_message_id: null }), sentAt + 99 * MINUTE)).toBeNull();
  });

  test("a conversation may take no replies and no reactions", () => {
    expect(barrier("reply", chat({ read_only: true }), local(), sentAt)).toEqual(expect.any(String));
    expect(barrier("reply", chat({ disabled_features: ["reply"] }), local(), sentAt)).toEqual(expect.any(String));
    expect(barrier("react", chat({ disabled_features: ["reactions"] }), local(), sentAt)).toEqual(expect.any(String));
    expect(barrier("reply", chat(), local(), sentAt)).toBeNull();
  });

  test("nothing is done to what is gone, nor to a line that tells an event", () => {
    for (const act of ["reply", "react", "edit", "remove", "forward"] as const) {
      expect(barrier(act, chat(), local({ ...own, deleted_at: at(8) }), sentAt)).toBeUndefined();
      expect(barrier(act, chat(), local({ ...own, kind: "event" }), sentAt)).toBeUndefined();
    }
  });
});

describe("what is done to a conversation from the list", () => {
  const acts = () => ({ change: vi.fn<RowActs["change"]>(), markRead: vi.fn<RowActs["markRead"]>() });

  test("an unread one is read, a read one marked as unread", () => {
    const done = acts();
    const unread = chat({ unread_count: 2 });
    toggleUnread(unread, done);
    expect(done.markRead).toHaveBeenCalledWith(unread);
    const read = chat();
    toggleUnread(read, done);
    expect(done.change).toHaveBeenCalledWith(read, { marked_unread: true });
  });

  test("one that somebody marked as unread is unread without any message", () => {
    const marked = chat({ marked_unread: true });
    expect(marked.unread).toBe(1);
    expect(rowItems(marked, acts(), 0).map(({ label }) => label)).toContain("Mark as read");
  });

  test("what the account itself does not know says so", () => {
    const noteOf = (row: LocalConversation): unknown => rowItems(row, acts(), 0).find(({ key }) => key === "pin")?.note;
    expect(noteOf(chat({ pinned: true, here_only: ["pinned"] }))).toMatch(/here only/);
    expect(noteOf(chat({ pinned: true }))).toBeNull();
  });

  test("a mute that has run out is none", () => {
    const row = chat({ muted_until: at(0) });
    const now = Date.parse(at(1));
    expect(isMuted(row, now)).toBe(false);
    const done = acts();
    toggleMuted(row, done, now);
    expect(done.change).toHaveBeenCalledWith(row, { muted_until: FOR_EVER });
  });
});

describe("a number as people write it", () => {
  test.each([
    ["+49 170 1234567", "+491701234567"],
    ["0049 170 1234567", "+491701234567"],
    ["(33) 6.12.34.56.78", "+33612345678"],
    ["0170 1234567", null],
    ["12345", null],
    ["+1234567890123456", null],
    ["Ana 42", null],
  ])("%s is %s", (typed, phone) => {
    expect(phoneOf(typed)).toBe(phone);
  });
});
