import { Blob as PlainBlob } from "node:buffer";

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { claimTerm } from "../src/sync/apply";
import type { LocalDatabase } from "../src/sync/db";
import { firstLoad } from "../src/sync/load";
import type { OutgoingFile, SendWish } from "../src/sync/outbox/entries";
import { Outbox } from "../src/sync/outbox/outbox";
import { FakeServer } from "./fakeServer";
import { channel, conversation } from "./rows";
import { eventually, freshDatabase, idleOutbox } from "./store";

const where = { id: "1", provider: "whatsapp", channel_id: "1" };

/** The other end of an upload: what came, and how the next ones end. */
class FakeUploads {
  static readonly taken: { readonly key: string; readonly name: string; readonly type: string; readonly size: number }[] = [];
  static ends: ("answer" | "cut" | "refuse" | "hang")[] = [];
  static aborted = 0;
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null } = { onprogress: null };
  readonly #headers = new Map<string, string>();
  status = 0;
  statusText = "";
  responseText = "";
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;

  open(): void {
    this.#headers.clear();
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers.set(name, value);
  }

  getResponseHeader(): null {
    return null;
  }

  abort(): void {
    FakeUploads.aborted += 1;
  }

  send(blob: Blob): void {
    const end = FakeUploads.ends.shift() ?? "answer";
    this.upload.onprogress?.({ loaded: 1, total: 2 });
    if (end === "hang") return;
    setTimeout(() => {
      if (end === "cut") {
        this.onerror?.();
        return;
      }
      const header = (name: string): string => this.#headers.get(name) ?? "";
      this.status = end === "refuse" ? 413 : 201;
      this.responseText = JSON.stringify(end === "refuse" ? { code: "too_large", detail: "Too large." } : { id: `u-${header("Idempotency-Key")}` });
      if (end === "answer") {
        const name = decodeURIComponent(header("X-File-Name"));
        FakeUploads.taken.push({ key: header("Idempotency-Key"), name, type: header("Content-Type"), size: blob.size });
      }
      this.onload?.();
    }, 0);
  }
}

let server: FakeServer;
let db: LocalDatabase;
let outbox: Outbox;

beforeEach(async () => {
  FakeUploads.taken.length = 0;
  FakeUploads.ends = [];
  FakeUploads.aborted = 0;
  vi.stubGlobal("XMLHttpRequest", FakeUploads);
  server = new FakeServer();
  server.write("channel", channel("1"));
  server.write("conversation", conversation("1"));
  server.start();
  db = await freshDatabase();
  await firstLoad(db, await claimTerm(db), new AbortController().signal);
  outbox = new Outbox(db, { exclusively: (work) => work(), mayLeave: () => true, onSignedOut: vi.fn(), random: () => 0 });
  outbox.start();
});

afterEach(() => {
  outbox.stop();
  vi.unstubAllGlobals();
});

function file(id: string, name: string): OutgoingFile {
  return { id, kind: "file", name, mime_type: "text/plain", size_bytes: 3, width: null, height: null, duration_seconds: null, upload_id: null };
}

const withFiles = (...files: OutgoingFile[]): SendWish => ({ kind: "send", text: "See these", quoted: null, files, voice: false });
const bytes = (...ids: string[]): ReadonlyMap<string, Blob> => new Map(ids.map((id) => [id, new PlainBlob(["abc"], { type: "text/plain" }) as Blob]));
const body = (): Record<string, unknown> | undefined => server.bodies.at(-1);

describe("files", () => {
  test("are handed over first, in their order, each under its own key, and go with the message", async () => {
    outbox.enqueue(where, withFiles(file("a", "ärger.txt"), file("b", "two.txt")), { blobs: bytes("a", "b") });
    await eventually(() => expect(server.sent).toHaveLength(1));
    expect(FakeUploads.taken.map(({ key, name, type, size }) => [key, name, type, size])).toEqual([
      ["a", "ärger.txt", "text/plain", 3],
      ["b", "two.txt", "text/plain", 3],
    ]);
    expect(body()?.["upload_ids"]).toEqual(["u-a", "u-b"]);
  });

  test("that were cut off are handed over again under the same key; those that arrived are not", async () => {
    FakeUploads.ends = ["answer", "cut", "answer"];
    outbox.enqueue(where, withFiles(file("a", "one"), file("b", "two")), { blobs: bytes("a", "b") });
    await eventually(() => expect(outbox.view.all()[0]?.attempts).toBe(1));
    expect(server.sent).toHaveLength(0);
    outbox.wake(true);
    await eventually(() => expect(server.sent).toHaveLength(1));
    expect(FakeUploads.taken.map(({ key }) => key)).toEqual(["a", "b"]);
  });

  test("that are refused stop the message with the reason; text and bytes stay for another try", async () => {
    FakeUploads.ends = ["refuse"];
    const key = outbox.enqueue(where, withFiles(file("a", "one")), { blobs: bytes("a") });
    await eventually(() => expect(outbox.view.get(key)?.state).toBe("failed"));
    expect(outbox.view.get(key)?.trouble?.message).toBe("Too large.");
    expect((await outbox.bytesOf("a"))?.size).toBe(3);
    await outbox.retry(key);
    await eventually(() => expect(server.sent.map(({ text }) => text)).toEqual(["See these"]));
  });

  test("show how far they are, and the message can be taken back meanwhile with nothing sent", async () => {
    FakeUploads.ends = ["hang"];
    const key = outbox.enqueue(where, withFiles(file("a", "one")), { blobs: bytes("a") });
    await eventually(() => expect(outbox.progress.of("a")).toBe(0.5));
    const taken = await outbox.takeBack(key);
    expect((taken?.wish as SendWish).text).toBe("See these");
    expect(FakeUploads.aborted).toBe(1);
    await eventually(() => expect(outbox.progress.of("a")).toBeNull());
    outbox.enqueue(where, { ...withFiles(), text: "Instead" });
    await eventually(() => expect(server.sent.map(({ text }) => text)).toEqual(["Instead"]));
  });

  test("show in every tab how far they are, and that they are there", async () => {
    const other = idleOutbox(db);
    FakeUploads.ends = ["hang", "answer"];
    const key = outbox.enqueue(where, withFiles(file("a", "one")), { blobs: bytes("a") });
    await eventually(() => expect(other.progress.of("a")).toBe(0.5));
    await outbox.takeBack(key);
    await eventually(() => expect(other.progress.of("a")).toBeNull());
    other.stop();
  });

  test("stay on the device for whoever writes the message anew, and go with one that is deleted", async () => {
    for (const keep of [true, false]) {
      const key = outbox.enqueue(where, withFiles(file("a", "one")), { blobs: bytes("a"), holdMs: 60_000 });
      await outbox.takeBack(key, keep);
      expect((await outbox.bytesOf("a")) !== null).toBe(keep);
    }
  });

  test("whose bytes are gone from the device say so", async () => {
    const key = outbox.enqueue(where, withFiles(file("a", "one")));
    await eventually(() => expect(outbox.view.get(key)).toMatchObject({ state: "failed", trouble: { code: "file_lost" } }));
  });
});
