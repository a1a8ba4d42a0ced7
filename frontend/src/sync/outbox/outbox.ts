/**
 * The browser's door out. What is put here is shown in the same frame, kept on this device before anything leaves,
 * and sent under one key until the server has answered, in this tab or another, now or after the next start.
 */
import { uuid7 } from "../../lib/uuid";
import type { LocalDatabase } from "../db";
import { withRoom } from "../room";
import { Delivery } from "./deliver";
import { Drafts } from "./drafts";
import { isSend, type OutboxEntry, type Whereabouts, type Wish } from "./entries";
import { Flusher, type Exclusively } from "./flusher";
import { UploadProgress } from "./progress";
import { OutboxView } from "./view";

export interface OutboxOptions {
  readonly mayLeave: () => boolean;
  readonly onSignedOut: () => void;
  /** Without it the browser's own lock of this name is used. */
  readonly exclusively?: Exclusively;
  readonly random?: () => number;
}

export interface EnqueueOptions {
  /** How long it can be taken back before it leaves. */
  readonly holdMs?: number;
  /** The bytes of files that do not lie in the store yet, by the file's id. */
  readonly blobs?: ReadonlyMap<string, Blob>;
}

const NO_BLOBS: ReadonlyMap<string, Blob> = new Map();

export class Outbox {
  readonly view: OutboxView;
  readonly progress: UploadProgress;
  readonly drafts: Drafts;
  readonly #db: LocalDatabase;
  readonly #flusher: Flusher;
  readonly #stop = new AbortController();
  /** Entries are stored one after the other: their order is the order in which they were asked for. */
  #storing: Promise<void> = Promise.resolve();

  constructor(db: LocalDatabase, options: OutboxOptions) {
    this.#db = db;
    this.view = new OutboxView(db.outbox);
    this.drafts = new Drafts(db, options.mayLeave, this.#stop.signal);
    this.progress = new UploadProgress(`${db.outbox.name}-uploads`, this.#stop.signal);
    const delivery = new Delivery(db, this.progress);
    this.#flusher = new Flusher({
      store: db.outbox,
      deliver: (entry, signal) => delivery.deliver(entry, signal),
      exclusively: options.exclusively ?? underLock(db.outbox.name, this.#stop.signal),
      mayLeave: options.mayLeave,
      onSignedOut: options.onSignedOut,
      signal: this.#stop.signal,
      ...(options.random === undefined ? {} : { random: options.random }),
    });
  }

  start(): void {
    const { signal } = this.#stop;
    signal.addEventListener("abort", this.view.follow());
    const wake = (): void => {
      if (this.view.all().length > 0) this.wake();
    };
    signal.addEventListener("abort", this.view.subscribe(wake));
    this.drafts.start();
    this.wake();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Something may be due. If the server is `back`, what could not reach it is tried at once. */
  wake(back = false): void {
    if (back) this.drafts.wake();
    this.#flusher.wake(back).catch((error: unknown) => {
      const name = error instanceof Error ? error.name : "";
      if (name !== "DatabaseClosedError" && name !== "AbortError") throw error;
    });
  }

  /** Wants something to happen; answers the key it goes by. Never fails: what cannot be kept says so where it is shown. */
  enqueue(where: Whereabouts, wish: Wish, { holdMs = 0, blobs = NO_BLOBS }: EnqueueOptions = {}): string {
    const now = Date.now();
    const entry: OutboxEntry = {
      client_id: uuid7(),
      conversation_id: where.id,
      channel_id: where.channel_id,
      provider: where.provider,
      wish,
      state: "waiting",
      skipped: false,
      created_at: now,
      not_before: holdMs === 0 ? 0 : now + holdMs,
      left: false,
      attempts: 0,
      retry_at: 0,
      trouble: null,
      sent_at: null,
      revision: 0,
    };
    this.#store(entry, blobs);
    return entry.client_id;
  }

  #store(entry: OutboxEntry, blobs: ReadonlyMap<string, Blob>): void {
    this.view.show(entry, blobs);
    this.#storing = this.#storing.then(async () => {
      try {
        await withRoom(this.#db, () => this.#db.outbox.keep(entry, blobs));
        this.view.stored(entry.client_id);
        this.wake();
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const trouble = { code: "not_kept", message, request_id: null };
        this.view.show({ ...entry, state: "failed", trouble, revision: entry.revision + 1 }, blobs);
      }
    });
  }

  /** Until everything asked for so far is kept on this device. */
  settled(): Promise<void> {
    return this.#storing;
  }

  /** The bytes of a file that is to be sent. */
  async bytesOf(fileId: string): Promise<Blob | null> {
    await Promise.all([this.#storing, this.drafts.settled()]);
    return (await this.#db.outbox.files.get(fileId))?.blob ?? null;
  }

  /** Takes back what has not left; null when it is too late. Whoever writes it anew has its files kept. */
  async takeBack(clientId: string, keepFiles = false): Promise<OutboxEntry | null> {
    await this.#storing;
    const unstored = this.view.forget(clientId);
    const [dropped] = await this.#db.outbox.drop(
      [clientId],
      ({ state, left }) => state === "failed" || (state === "waiting" && !left),
      keepFiles,
    );
    this.#flusher.giveUp(clientId);
    this.wake();
    return dropped ?? unstored;
  }

  /** Sends again what was refused, under the same key. */
  async retry(clientId: string): Promise<void> {
    const unstored = this.view.unstored(clientId);
    if (unstored !== null) {
      this.#store({ ...unstored.entry, state: "waiting", trouble: null }, unstored.blobs);
      return;
    }
    await this.#db.outbox.revise(clientId, (entry) => (entry.state === "failed" ? { ...afresh(entry), state: "waiting" } : null));
    this.wake();
  }

  /** Leaves what was refused where it is and lets what was written after it go on. */
  async skip(clientId: string): Promise<void> {
    await this.#db.outbox.revise(clientId, ({ state }) => (state === "failed" ? { skipped: true } : null));
    this.wake();
  }
}

/** The server may have dropped an upload that nothing used: each is asked for again, under its key. */
function afresh(entry: OutboxEntry): Pick<OutboxEntry, "attempts" | "retry_at" | "trouble" | "wish"> {
  const wish = isSend(entry) ? { ...entry.wish, files: entry.wish.files.map((file) => ({ ...file, upload_id: null })) } : entry.wish;
  return { attempts: 0, retry_at: 0, trouble: null, wish };
}

/** Where the browser has no locks, the calls' keys alone see to it that nothing happens twice. */
function underLock(name: string, signal: AbortSignal): Exclusively {
  if (!("locks" in navigator)) return (work) => work();
  return async (work) => {
    await navigator.locks.request(`${name}-flush`, { signal }, work);
  };
}
