import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { uuid7 } from "../src/lib/uuid";
import { claimTerm } from "../src/sync/apply";
import type { LocalDatabase } from "../src/sync/db";
import { firstLoad } from "../src/sync/load";
import { NO_DRAFT, type DraftContent } from "../src/sync/outbox/drafts";
import type { SendWish } from "../src/sync/outbox/entries";
import { KEEP_SENT_MS } from "../src/sync/outbox/flusher";
import { Outbox } from "../src/sync/outbox/outbox";
import { FakeServer } from "./fakeServer";
import { channel, conversation } from "./rows";
import { eventually, freshDatabase } from "./store";

const never = new AbortController().signal;
const where = (id: string): { id: string; provider: string; channel_id: string } => ({ id, provider: "whatsapp", channel_id: "1" });
const saying = (text: string): SendWish => ({ kind: "send", text, quoted: null, files: [], voice: false });

/** One lock for all tabs of a test: they take turns, as under a Web Lock. */
function sharedLock(): (work: () => Promise<void>) => Promise<void> {
  let last = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

let server: FakeServer;
let db: LocalDatabase;
let signedOut: ReturnType<typeof vi.fn<() => void>>;
const opened: Outbox[] = [];

function tab(exclusively = sharedLock(), mayLeave: () => boolean = () => true): Outbox {
  const outbox = new Outbox(db, { exclusively, mayLeave, onSignedOut: signedOut, random: () => 0 });
  opened.push(outbox);
  outbox.start();
  return outbox;
}

const texts = (): string[] => server.sent.map(({ text }) => text);

beforeEach(async () => {
  server = new FakeServer();
  server.write("channel", channel("1"));
  for (const id of ["1", "2"]) server.write("conversation", conversation(id));
  server.start();
  signedOut = vi.fn<() => void>();
  db = await freshDatabase();
  await firstLoad(db, await claimTerm(db), never);
});

afterEach(() => {
  for (const outbox of opened.splice(0)) outbox.stop();
  vi.useRealTimers();
});

describe("what is written", () => {
  test("goes with the newest message that was there when it was written, however late it leaves", async () => {
    const outbox = tab();
    outbox.enqueue(where("1"), { ...saying("Hello"), seen_message_id: "7" });
    outbox.enqueue(where("2"), saying("Hello"));
    await eventually(() => {
      expect(server.bodies).toHaveLength(2);
    });
    expect(server.bodies.map((body) => body["seen_message_id"]).toSorted()).toEqual(["7", undefined]);
  });

  test("is there before anything is stored or sent, and is kept under its key", async () => {
    const outbox = tab(undefined, () => false);
    const key = outbox.enqueue(where("1"), saying("Hello"));
    expect(outbox.view.of("1").map(({ client_id }) => client_id)).toEqual([key]);
    await outbox.settled();
    expect((await db.outbox.entry(key))?.wish).toEqual(saying("Hello"));
    expect(server.sent).toEqual([]);
  });

  test("leaves once, in the order written, with its key, and its row takes its place", async () => {
    const outbox = tab();
    const keys = ["one", "two", "three"].map((text) => outbox.enqueue(where("1"), saying(text)));
    await eventually(() => expect(outbox.view.all().map(({ state }) => state)).toEqual(["sent", "sent", "sent"]));
    expect(texts()).toEqual(["one", "two", "three"]);
    expect(server.sent.map(({ client_id }) => client_id)).toEqual(keys);
    expect(server.keys).toEqual(keys);
    const rows = await db.side(0).message.toArray();
    expect(rows.map(({ client_id }) => client_id).sort()).toEqual(keys);
  });

  test("goes from the device once its row has stood there for a while", async () => {
    const outbox = tab();
    outbox.enqueue(where("1"), saying("Hello"));
    await eventually(() => expect(outbox.view.all()[0]?.state).toBe("sent"));
    const kept = outbox.view.all()[0]?.sent_at ?? 0;
    vi.spyOn(Date, "now").mockReturnValue(kept + KEEP_SENT_MS);
    outbox.wake();
    await eventually(async () => expect(await db.outbox.entries.count()).toBe(0));
  });

  test("waits without a server and leaves once when it is back, in another start of the browser", async () => {
    server.reachable = false;
    const before = tab();
    before.enqueue(where("1"), saying("Are you there?"));
    await eventually(() => expect(before.view.all()[0]?.trouble?.code).toBe("unreachable"));
    before.stop();
    server.reachable = true;
    tab().wake(true);
    await eventually(() => expect(texts()).toEqual(["Are you there?"]));
  });

  test("is repeated with its key when the answer is lost, and stands once", async () => {
    server.loseAnswers = 1;
    const outbox = tab();
    const key = outbox.enqueue(where("1"), saying("Once"));
    await eventually(() => expect(outbox.view.all()[0]?.attempts).toBe(1));
    outbox.wake(true);
    await eventually(() => expect(outbox.view.all()[0]?.state).toBe("sent"));
    expect(server.keys).toEqual([key, key]);
    expect(texts()).toEqual(["Once"]);
  });

  test("a crash between the answer and the mark sends it again under its key, and it stands once", async () => {
    const outbox = tab();
    const key = outbox.enqueue(where("1"), saying("Once"));
    await eventually(() => expect(outbox.view.all()[0]?.state).toBe("sent"));
    outbox.stop();
    await db.outbox.revise(key, () => ({ state: "waiting", sent_at: null }));
    const next = tab();
    await eventually(() => expect(server.keys).toEqual([key, key]));
    await eventually(() => expect(next.view.all()[0]?.state).toBe("sent"));
    expect(texts()).toEqual(["Once"]);
  });

  test.each([500, 503, 408, 425, 429])("is tried again after %i, not sooner than the server says", async (status) => {
    server.refuse = { status, code: "busy", retryAfter: "120", times: 1 };
    const outbox = tab();
    outbox.enqueue(where("1"), saying("Later"));
    await eventually(() => expect(outbox.view.all()[0]?.attempts).toBe(1));
    const [entry] = outbox.view.all();
    expect(entry?.state).toBe("waiting");
    expect((entry?.retry_at ?? 0) - Date.now()).toBeGreaterThan(100_000);
    outbox.wake(true);
    await outbox.settled();
    expect(texts()).toEqual([]);
    vi.spyOn(Date, "now").mockReturnValue(entry?.retry_at ?? 0);
    outbox.wake();
    await eventually(() => expect(texts()).toEqual(["Later"]));
  });

  test("what the server refuses stops with its reason, holds up what follows, and keeps the text", async () => {
    server.refuse = { status: 422, code: "read_only", times: 1 };
    const outbox = tab();
    const refused = outbox.enqueue(where("1"), saying("Refused"));
    await eventually(() => expect(outbox.view.get(refused)?.state).toBe("failed"));
    outbox.enqueue(where("1"), saying("Behind it"));
    outbox.enqueue(where("2"), saying("Elsewhere"));
    await eventually(() => expect(texts()).toEqual(["Elsewhere"]));
    await eventually(() => expect(outbox.view.get(refused)?.state).toBe("failed"));
    const entry = outbox.view.get(refused);
    expect(entry?.trouble).toMatchObject({ code: "read_only", message: "Not so." });
    expect((entry?.wish as SendWish).text).toBe("Refused");
    await outbox.retry(refused);
    await eventually(() => expect(texts()).toEqual(["Elsewhere", "Refused", "Behind it"]));
  });

  test("what follows a refused one goes on once that is skipped or taken away", async () => {
    const outbox = tab();
    for (const way of ["skip", "takeBack"] as const) {
      server.refuse = { status: 422, code: "read_only", times: 1 };
      const refused = outbox.enqueue(where("1"), saying("Refused"));
      await eventually(() => expect(outbox.view.get(refused)?.state).toBe("failed"));
      outbox.enqueue(where("1"), saying(`After ${way}`));
      await outbox.settled();
      await outbox[way](refused);
      await eventually(() => expect(texts()).toContain(`After ${way}`));
    }
    expect(texts()).not.toContain("Refused");
  });

  test("waits for the same user when the session has ended", async () => {
    server.refuse = { status: 401, code: "not_signed_in", times: 1 };
    const outbox = tab();
    outbox.enqueue(where("1"), saying("Mine"));
    await eventually(() => expect(signedOut).toHaveBeenCalledOnce());
    outbox.stop();
    expect((await db.outbox.entries.toArray())[0]?.state).toBe("waiting");
    tab();
    await eventually(() => expect(texts()).toEqual(["Mine"]));
  });

  test("a token of an earlier log-in is renewed", async () => {
    server.refuse = { status: 403, code: "csrf_failed", times: 1 };
    tab().enqueue(where("1"), saying("Still me"));
    await eventually(() => expect(texts()).toEqual(["Still me"]));
  });

  test("two tabs send everything once, also what each has written", async () => {
    const lock = sharedLock();
    const [left, right] = [tab(lock), tab(lock)];
    left.enqueue(where("1"), saying("from the left"));
    right.enqueue(where("1"), saying("from the right"));
    left.enqueue(where("2"), saying("left again"));
    await eventually(() => expect(texts().sort()).toEqual(["from the left", "from the right", "left again"]));
    left.wake(true);
    right.wake(true);
    await eventually(() => expect(right.view.all().every(({ state }) => state === "sent")).toBe(true));
    expect(server.keys).toHaveLength(3);
  });

  test("can be taken back until it leaves, and not afterwards", async () => {
    const outbox = tab();
    const held = outbox.enqueue(where("1"), saying("Oops"), { holdMs: 60_000 });
    const taken = await outbox.takeBack(held);
    expect((taken?.wish as SendWish).text).toBe("Oops");
    const gone = outbox.enqueue(where("1"), saying("Gone"));
    await eventually(() => expect(outbox.view.get(gone)?.state).toBe("sent"));
    expect(await outbox.takeBack(gone)).toBeNull();
    expect(texts()).toEqual(["Gone"]);
  });

  test("leaves when the time to take it back is over", async () => {
    const outbox = tab();
    outbox.enqueue(where("1"), saying("Now"), { holdMs: 40 });
    await eventually(() => expect(texts()).toEqual(["Now"]));
    expect(Date.now()).toBeGreaterThanOrEqual(outbox.view.all()[0]?.not_before ?? Infinity);
  });

  test("that the device cannot keep is shown as such, with its text, and can be tried again", async () => {
    const outbox = tab();
    const keep = vi.spyOn(db.outbox, "keep").mockRejectedValueOnce(new Error("broken disk"));
    const key = outbox.enqueue(where("1"), saying("Keep me"));
    await outbox.settled();
    expect(outbox.view.get(key)).toMatchObject({ state: "failed", trouble: { code: "not_kept" } });
    expect(keep).toHaveBeenCalledOnce();
    await outbox.retry(key);
    await eventually(() => expect(texts()).toEqual(["Keep me"]));
  });
});

describe("other wishes", () => {
  test("go past a message that waits or failed, in their own order", async () => {
    server.write("message", { ...(await import("./rows")).message("5"), direction: "outbound" });
    const outbox = tab();
    outbox.enqueue(where("1"), saying("Held"), { holdMs: 60_000 });
    outbox.enqueue(where("1"), { kind: "react", message_id: "5", emoji: "👍" });
    outbox.enqueue(where("1"), { kind: "react", message_id: "5", emoji: "" });
    outbox.enqueue(where("1"), { kind: "conversation", change: { archived: true } });
    await eventually(() => expect(server.wishes).toHaveLength(3));
    expect(server.wishes.map(({ path }) => path)).toEqual(["messages/5/changes/", "messages/5/changes/", ""]);
    expect(server.wishes.map(({ body }) => body["emoji"])).toEqual(["👍", "", undefined]);
    await eventually(async () => expect((await db.side(0).conversation.get("1"))?.shelf).toBe("archived"));
  });
});

describe("a draft", () => {
  const draft = (text: string): DraftContent => ({ ...NO_DRAFT, text });
  const told = (): unknown[] => server.wishes.filter(({ path }) => path === "draft/").map(({ body }) => body["text"]);

  test("is kept at once, and told once for all that was typed in one go", async () => {
    const { drafts } = tab();
    for (const text of ["H", "He", "Hey"]) drafts.write(where("1"), draft(text));
    await drafts.settled();
    expect((await db.outbox.drafts.get("1"))?.text).toBe("Hey");
    drafts.wake();
    await eventually(() => expect(told()).toEqual(["Hey"]));
    await eventually(async () => expect((await db.outbox.drafts.get("1"))?.unreported).toBe(false));
    await eventually(() => expect(drafts.textOf("1")).toBe("Hey"));
  });

  test("that the server could not be told waits for it, and outlives the page", async () => {
    server.reachable = false;
    const before = tab();
    before.drafts.write(where("1"), draft("Kept"));
    await before.drafts.settled();
    before.drafts.wake();
    await eventually(() => expect(server.requests.some((request) => request.startsWith("PUT"))).toBe(true));
    before.stop();
    server.reachable = true;
    tab().drafts.wake();
    await eventually(() => expect(told()).toEqual(["Kept"]));
  });

  test("that is too long for the server is kept here, and holds no other back", async () => {
    const { drafts } = tab();
    server.refuse = { status: 400, code: "invalid_input", times: 1 };
    drafts.write(where("1"), draft("Far too long"));
    drafts.write(where("2"), draft("Short"));
    await drafts.settled();
    drafts.wake();
    await eventually(() => expect(told()).toEqual(["Short"]));
    await eventually(async () => expect((await db.outbox.drafts.toArray()).map(({ unreported }) => unreported)).toEqual([false, false]));
    expect(drafts.textOf("1")).toBe("Far too long");
  });

  test("that was never told is not taken back there", async () => {
    const { drafts } = tab();
    drafts.write(where("1"), draft("x"));
    drafts.write(where("1"), NO_DRAFT);
    await drafts.settled();
    expect((await db.outbox.drafts.get("1"))?.unreported).toBe(false);
  });
});

test("keys sort by the time they were made, also within one millisecond", () => {
  const keys = Array.from({ length: 2_000 }, () => uuid7(1_700_000_000_000));
  expect(keys.toSorted()).toEqual(keys);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
