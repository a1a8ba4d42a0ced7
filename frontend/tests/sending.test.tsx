import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { ConversationRow } from "../src/inbox/ConversationRow";
import { Bubble } from "../src/inbox/Bubble";
import { draftPreview, previewOf, writtenPreview } from "../src/inbox/preview";
import { sendingWords } from "../src/inbox/sending/words";
import { ThreadActionsContext, type ThreadActions } from "../src/inbox/threadActions";
import type { Message } from "../src/api/types";
import { applyFrames, beginSide, claimTerm } from "../src/sync/apply";
import { ClientContext, useWatchedRows, type Client } from "../src/sync/client";
import { entryKeyOf, withEntries, type SendEntry, type Wish } from "../src/sync/outgoing";
import { entryAsMessage } from "../src/sync/outbox/merge";
import { toLocal, type LocalMessage } from "../src/sync/rows";
import { freshClient } from "./client";
import { at, channel, conversation, message } from "./rows";
import { eventually } from "./store";

const where = { id: "1", provider: "whatsapp", channel_id: "1" };
const saying = (text: string): Wish => ({ kind: "send", text, quoted: null, files: [], voice: false });
const sending: NonNullable<Message["sending"]> = {
  state: "done",
  reason_code: null,
  reason: null,
  attempts: 1,
  attempted_at: null,
  retry_at: null,
  evidence: null,
  evidence_at: null,
};

let client: Client;
let actions: ThreadActions;

beforeEach(async () => {
  client = await freshClient();
  actions = {
    enlarge: vi.fn(),
    jumpToQuoted: vi.fn(),
    copy: vi.fn(),
    setReply: vi.fn(),
    putBack: vi.fn(),
    where,
    inspect: null,
    barrier: () => undefined,
    act: vi.fn(),
    react: vi.fn(),
    dropChange: vi.fn(),
  };
});

afterEach(() => {
  cleanup();
  client.outbox.stop();
  client.engine.stop();
});

function show(children: ReactNode): void {
  render(
    <ClientContext value={client}>
      <ThreadActionsContext value={actions}>{children}</ThreadActionsContext>
    </ClientContext>,
  );
}

function bubbleOf(fields: Partial<Message>): void {
  const row = message("5", { direction: "outbound", origin: "us", author_id: "1", author_name: "Owner", text: "Hi", ...fields });
  show(<Bubble message={toLocal.message(row)} startsGroup endsGroup named={false} />);
}

const wishes = (): Wish[] => client.outbox.view.of("1").map(({ wish }) => wish);

describe("a message that was written here", () => {
  test("proves its tick", () => {
    bubbleOf({ status: "sent", sending: { ...sending, evidence: "echo", evidence_at: at(0) } });
    expect(screen.getByLabelText("Sent").closest("[title]")?.getAttribute("title")).toMatch(/^Sent\nit was seen in the account, .+\nOwner$/);
    expect(screen.queryByRole("button")).toBeNull();
  });

  test.each([
    [sendingWords.retry, "retry"],
    [sendingWords.delete, "discard"],
    [sendingWords.skip, "skip"],
  ] as const)("and was refused says why; %s decides %s, once", (label, decision) => {
    bubbleOf({ status: "failed", sending: { ...sending, state: "failed", reason_code: "blocked_recipient", reason: "You are blocked." } });
    expect(screen.getByText("Not sent: You are blocked.")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: label }));
    expect(wishes()).toEqual([{ kind: "decision", message_id: "5", decision }]);
    expect(screen.queryByRole("button", { name: label })).toBeNull();
  });

  test("and was refused can be copied", () => {
    bubbleOf({ status: "failed", sending: { ...sending, state: "failed" } });
    fireEvent.click(screen.getByRole("button", { name: sendingWords.copy }));
    expect(actions.copy).toHaveBeenCalledOnce();
  });

  test.each([
    [sendingWords.retry, "retry"],
    [sendingWords.arrived, "arrived"],
  ] as const)("and may have arrived asks; %s decides %s", (label, decision) => {
    bubbleOf({ status: "unconfirmed", sending: { ...sending, state: "unconfirmed", reason: "The connection broke." } });
    expect(screen.getByRole("status").textContent).toContain(sendingWords.unconfirmed);
    fireEvent.click(screen.getByRole("button", { name: label }));
    expect(wishes()).toEqual([{ kind: "decision", message_id: "5", decision }]);
  });

  test("and waits says what for and until when", () => {
    bubbleOf({ status: "pending", sending: { ...sending, state: "waiting", reason_code: "pacing", reason: "At a pace.", retry_at: at(0) } });
    expect(screen.getByText(/^At a pace\. Next try at \d\d:\d\d\.$/)).toBeTruthy();
  });

  test("on the phone needs nothing", () => {
    bubbleOf({ status: "failed", origin: "phone", author_id: null, sending: null });
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("a message that waits in this browser", () => {
  function entryBubble(): SendEntry {
    const [entry] = client.outbox.view.of("1") as SendEntry[];
    if (entry === undefined) throw new Error("Nothing waits.");
    show(<Bubble message={entryAsMessage(entry, client.user)} startsGroup endsGroup named={false} />);
    return entry;
  }

  test("can be taken back into the composer while the server is away", async () => {
    client.engine.status.set({ phase: "offline" });
    client.outbox.enqueue(where, saying("Later"));
    entryBubble();
    expect(screen.getByText(sendingWords.queued)).toBeTruthy();
    await act(async () => {
      fireEvent.click(screen.getByRole("button", { name: sendingWords.cancel }));
      await eventually(() => expect(actions.putBack).toHaveBeenCalledWith(saying("Later")));
    });
    expect(client.outbox.view.all()).toEqual([]);
  });

  test("counts down while it can be undone", () => {
    vi.spyOn(Date, "now").mockReturnValue(1_800_000_000_000);
    client.outbox.enqueue(where, saying("Oops"), { holdMs: 5_000 });
    entryBubble();
    expect(screen.getByText(sendingWords.leavesIn(5))).toBeTruthy();
    expect(screen.getByRole("button", { name: sendingWords.undo })).toBeTruthy();
  });

  test("stands at the end of the newest messages only, and never beside its row", () => {
    const key = client.outbox.enqueue(where, saying("New"));
    const entries = client.outbox.view.of("1");
    const rows = [toLocal.message(message("5"))];
    const merged = withEntries(rows, entries, client.user, true);
    expect(merged.map(({ text }) => text)).toEqual(["text 5", "New"]);
    expect(merged.map(entryKeyOf)).toEqual([null, key]);
    expect(withEntries(rows, entries, client.user, false)).toEqual(rows);
    const sent = toLocal.message(message("6", { client_id: key }));
    expect(withEntries([...rows, sent], entries, client.user, true)).toEqual([...rows, sent]);
  });

  test("that has a row, but has not left yet, stays below what was written before it and has been dated since", () => {
    const row = (id: string, client_id: string | null, state: "waiting" | "sending" | "done" | "failed"): LocalMessage =>
      toLocal.message(message(id, { client_id, sending: { ...sending, state } }));
    const third = row("1", "c", "waiting");
    const fourth = row("2", "d", "waiting");
    const failed = row("3", "0", "failed");
    const [first, second, phone] = [row("4", "a", "done"), row("5", "b", "sending"), toLocal.message(message("6"))];
    const rows = [third, fourth, failed, first, second, phone];
    expect(withEntries(rows, [], client.user, true)).toEqual([failed, first, second, third, fourth, phone]);
    const settled = [failed, first, phone];
    expect(withEntries(settled, [], client.user, true)).toBe(settled);
  });

  test("a change that waits is shown at its message as one of its changes", () => {
    client.outbox.enqueue(where, { kind: "react", message_id: "5", emoji: "👍" });
    const [row] = withEntries([toLocal.message(message("5"))], client.outbox.view.of("1"), client.user, true);
    expect(row?.changes).toMatchObject([{ kind: "react", emoji: "👍", state: "waiting", author_id: "1" }]);
  });
});

describe("the line in the list", () => {
  test("says what is begun, what waits, and what was refused", () => {
    expect(draftPreview("Half\na sen")).toMatchObject({ text: "Half a sen", draft: true, failed: false });
    client.outbox.enqueue(where, saying("Now"));
    const [entry] = client.outbox.view.of("1") as SendEntry[];
    expect(entry && writtenPreview(entry)).toMatchObject({ who: "You", text: "Now", status: "pending", failed: false });
    expect(entry && writtenPreview({ ...entry, state: "failed" })).toMatchObject({ status: "failed", failed: true });
  });

  test("has the tick of our own last message only", () => {
    const last = { id: "3", kind: "text", event: null, text: "hi", mentions: [], sender_name: "Ana", status: "read" } as const;
    expect(previewOf(conversation("1", { last_message: { ...last, direction: "outbound" } })).status).toBe("read");
    expect(previewOf(conversation("1", { last_message: { ...last, direction: "inbound" } })).status).toBeNull();
  });

  test("changes with what is written, before anything has left", async () => {
    const term = await claimTerm(client.db);
    const page = { items: [conversation("1", { name: "Ana" })], attendees: [], next_cursor: null };
    await beginSide(client.db, { side: 0, term }, { feedCursor: "c", channels: [channel("1")], page, now: 0 }, true);
    await applyFrames(client.db, { side: 0, term }, [], null, 0);
    client.outbox.start();
    function Row() {
      useWatchedRows(["1"]);
      return <ConversationRow id="1" index={0} total={1} height={64} active={false} open={false} now={new Date()} onOpen={vi.fn()} />;
    }
    show(<Row />);
    await screen.findByText("Ana");
    client.outbox.drafts.write(where, { text: "Half a sen", quoted: null, files: [], voice: false });
    await screen.findByText(/Draft: .*Half a sen/);
    act(() => {
      client.outbox.enqueue(where, saying("Done"));
    });
    expect(screen.getByRole("option").textContent).toContain("You: Done");
  });
});
