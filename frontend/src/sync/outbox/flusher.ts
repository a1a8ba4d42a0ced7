/**
 * Works the outbox off. One tab at a time does, under a lock; in it each lane goes its own way, one entry after the
 * other, and an entry is repeated with its key until the server has taken or refused it.
 */
import { ApiError, Unreachable } from "../../api/http";
import { StorageFull } from "../room";
import { FileLost, TakenBack } from "./deliver";
import { inOrder, isSend, laneOf, type OutboxEntry, type Trouble } from "./entries";
import type { OutboxDatabase } from "./store";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Lanes that are worked off side by side. */
const MOST_LANES = 4;
/** What was sent stays this long, so that no reading of the synced rows can miss both the entry and its row. */
export const KEEP_SENT_MS = 10_000;

/** Answers after which the same call may succeed later. */
const PASSING = new Set([408, 425, 429]);

const UNREACHABLE = "unreachable";

export type Exclusively = (work: () => Promise<void>) => Promise<void>;

export interface FlusherOptions {
  readonly store: OutboxDatabase;
  readonly deliver: (entry: OutboxEntry, signal: AbortSignal) => Promise<void>;
  /** Does the work while no other tab does. */
  readonly exclusively: Exclusively;
  /** Whether anything may leave now: the server seems to be there, and the session is this user's. */
  readonly mayLeave: () => boolean;
  /** The session has ended: nothing leaves until the same user is back. */
  readonly onSignedOut: () => void;
  readonly signal: AbortSignal;
  readonly random?: () => number;
}

export class Flusher {
  readonly #options: FlusherOptions;
  readonly #underWay = new Map<string, { readonly clientId: string; readonly giveUp: AbortController }>();
  #running = false;
  #wanted = false;
  #signedOut = false;
  #ring: () => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FlusherOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      for (const { giveUp } of this.#underWay.values()) giveUp.abort();
      this.#ring();
    });
  }

  /** Something may be due. If the server is `back`, what could not reach it is tried at once. */
  async wake(back = false): Promise<void> {
    if (back) await this.#forgetPauses();
    this.#wanted = true;
    this.#ring();
    if (this.#running || this.#options.signal.aborted) return;
    this.#running = true;
    try {
      while (this.#isWanted() && this.#mayGoOn()) await this.#options.exclusively(() => this.#flush());
    } finally {
      this.#running = false;
    }
  }

  /** Gives up the upload of an entry that is taken back. */
  giveUp(clientId: string): void {
    for (const { clientId: underWay, giveUp } of this.#underWay.values()) if (underWay === clientId) giveUp.abort();
  }

  #isWanted(): boolean {
    return this.#wanted;
  }

  #mayGoOn(): boolean {
    return !this.#signedOut && !this.#options.signal.aborted && this.#options.mayLeave();
  }

  async #forgetPauses(): Promise<void> {
    await this.#options.store.entries
      .filter(({ state, trouble }) => state === "waiting" && trouble?.code === UNREACHABLE)
      .modify((entry: { -readonly [K in keyof OutboxEntry]: OutboxEntry[K] }) => {
        entry.retry_at = 0;
      });
  }

  async #flush(): Promise<void> {
    for (;;) {
      this.#wanted = false;
      const bell = new Promise<void>((resolve) => {
        this.#ring = resolve;
      });
      const { due, next } = await this.#look();
      for (const entry of this.#mayGoOn() ? due : []) if (this.#underWay.size < MOST_LANES) this.#begin(entry);
      if (this.#underWay.size === 0) {
        this.#wakeAt(next);
        if (!this.#isWanted() || !this.#mayGoOn()) return;
      } else await bell;
    }
  }

  /** The first of each lane that is due, and when the next one will be. */
  async #look(): Promise<{ readonly due: readonly OutboxEntry[]; readonly next: number | null }> {
    const now = Date.now();
    const all = inOrder(await this.#options.store.entries.toArray());
    const over = all.filter(({ state, sent_at }) => state === "sent" && (sent_at ?? 0) <= now - KEEP_SENT_MS);
    if (over.length > 0) await this.#options.store.drop(over.map(({ client_id }) => client_id));
    const times = all.flatMap(({ state, sent_at }) => (state === "sent" && sent_at !== null ? [sent_at + KEEP_SENT_MS] : []));
    const due: OutboxEntry[] = [];
    const passed = new Set<string>(this.#underWay.keys());
    for (const entry of all) {
      const lane = laneOf(entry);
      if (passed.has(lane) || entry.state === "sent") continue;
      if (entry.state === "failed") {
        if (isSend(entry) && !entry.skipped) passed.add(lane);
        continue;
      }
      passed.add(lane);
      const at = Math.max(entry.not_before, entry.retry_at);
      if (at <= now) due.push(entry);
      else times.push(at);
    }
    const later = times.filter((time) => time > now);
    return { due, next: later.length === 0 ? null : Math.min(...later) };
  }

  #wakeAt(time: number | null): void {
    clearTimeout(this.#timer);
    if (time === null) return;
    this.#timer = setTimeout(() => void this.wake(), Math.max(0, time - Date.now()));
  }

  #begin(entry: OutboxEntry): void {
    const lane = laneOf(entry);
    const giveUp = new AbortController();
    this.#underWay.set(lane, { clientId: entry.client_id, giveUp });
    void this.#attempt(entry, giveUp.signal).finally(() => {
      this.#underWay.delete(lane);
      this.#wanted = true;
      this.#ring();
    });
  }

  async #attempt(entry: OutboxEntry, signal: AbortSignal): Promise<void> {
    const { store } = this.#options;
    try {
      await this.#options.deliver(entry, signal);
      await store.revise(entry.client_id, () => ({ state: "sent", sent_at: Date.now(), trouble: null }));
    } catch (error) {
      await this.#settle(entry, error, signal).catch((trouble: unknown) => {
        if (!(trouble instanceof Error && trouble.name === "DatabaseClosedError")) throw trouble;
      });
    }
  }

  async #settle(entry: OutboxEntry, error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof TakenBack || signal.aborted) return;
    if (error instanceof ApiError && error.status === 401) {
      this.#signedOut = true;
      this.#options.onSignedOut();
      return;
    }
    const trouble = troubleOf(error);
    if (isPassing(error)) {
      const pause = error instanceof ApiError && error.retryAfterSeconds !== null ? error.retryAfterSeconds * 1000 : this.#pause(entry);
      await this.#options.store.revise(entry.client_id, ({ attempts }) => ({
        attempts: attempts + 1,
        retry_at: Date.now() + pause,
        trouble,
      }));
    } else await this.#options.store.revise(entry.client_id, () => ({ state: "failed", trouble }));
  }

  /** Between half of a growing ceiling and the whole of it. */
  #pause({ attempts }: OutboxEntry): number {
    const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempts);
    return ceiling * (0.5 + (this.#options.random ?? Math.random)() / 2);
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.status >= 500 || PASSING.has(error.status) || error.code === "csrf_failed";
  return error instanceof Unreachable || error instanceof StorageFull;
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiError) return { code: error.code, message: error.message, request_id: error.requestId };
  if (error instanceof Unreachable) return { code: UNREACHABLE, message: "", request_id: null };
  if (error instanceof FileLost) return { code: "file_lost", message: "", request_id: null };
  return { code: "unexpected", message: error instanceof Error ? error.message : String(error), request_id: null };
}
