/**
 * One tab leads: it owns the socket and applies what comes. The lead is a Web Lock where the browser has them, else an
 * agreement over a BroadcastChannel; either way the term in the database decides whose writes count.
 */
import type { SyncStatus } from "./status";

const BEAT_MS = 3_000;
const ASK_AFTER_MS = 8_000;
const SILENCE_MS = 10_000;
const WATCH_MS = 1_000;
/** Without locks a new tab asks and waits this long for an answer before it leads. */
const ANSWER_MS = 1_000;

export type TabMessage =
  | { readonly kind: "alive"; readonly tab: string; readonly status: SyncStatus }
  | { readonly kind: "who" }
  /** Something was queued for the server, or the network may be back. */
  | { readonly kind: "wake" }
  | { readonly kind: "signed-out" };

export interface LeadershipHandlers {
  /** Leads until the signal fires; returning early gives the lead up. */
  readonly lead: (signal: AbortSignal) => Promise<void>;
  readonly status: () => SyncStatus;
  readonly follow: (status: SyncStatus) => void;
  readonly wake: () => void;
  readonly signedOut: () => void;
}

export class Leadership {
  readonly #tab = Math.random().toString(36).slice(2);
  readonly #name: string;
  readonly #handlers: LeadershipHandlers;
  readonly #channel: BroadcastChannel | null;
  readonly #locks: LockManager | null;
  #lead: AbortController | null = null;
  #waiting: AbortController | null = null;
  #heardAt = Date.now();
  #asked = false;
  #timers: ReturnType<typeof setInterval>[] = [];
  #stopped = false;

  constructor(name: string, handlers: LeadershipHandlers, locks: LockManager | null = tabLocks()) {
    this.#name = name;
    this.#handlers = handlers;
    this.#locks = locks;
    this.#channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(name);
    this.#channel?.addEventListener("message", (event: MessageEvent<TabMessage>) => {
      this.#hear(event.data);
    });
  }

  get leads(): boolean {
    return this.#lead !== null;
  }

  start(): void {
    this.#timers = [setInterval(() => this.#beat(), BEAT_MS), setInterval(() => this.#watch(), WATCH_MS)];
    if (this.#locks !== null) void this.#contend(false);
    else if (this.#channel === null) void this.#leadNow();
    else {
      this.#heardAt = Date.now() - SILENCE_MS + ANSWER_MS;
      this.#asked = true;
      this.#tell({ kind: "who" });
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#waiting?.abort();
    this.#lead?.abort();
    this.#channel?.close();
  }

  /** Tells the other tabs; the leader also hears itself where it must act. */
  tell(message: TabMessage): void {
    this.#tell(message);
  }

  /** The leader's status changed. */
  announce(): void {
    this.#beat();
  }

  #tell(message: TabMessage): void {
    if (!this.#stopped) this.#channel?.postMessage(message);
  }

  #beat(): void {
    if (this.leads) this.#tell({ kind: "alive", tab: this.#tab, status: this.#handlers.status() });
  }

  #hear(message: TabMessage): void {
    if (this.#stopped) return;
    switch (message.kind) {
      case "alive":
        this.#heardAt = Date.now();
        this.#asked = false;
        if (!this.leads) this.#handlers.follow(message.status);
        else if (this.#locks === null && message.tab > this.#tab) this.#lead?.abort();
        return;
      case "who":
        this.#beat();
        return;
      case "wake":
        if (this.leads) this.#handlers.wake();
        return;
      case "signed-out":
        this.#handlers.signedOut();
    }
  }

  /** A hidden leader's timers may sleep, but it answers when asked; only one that does not is replaced. */
  #watch(): void {
    if (this.leads || this.#stopped) return;
    const silence = Date.now() - this.#heardAt;
    if (silence >= ASK_AFTER_MS && !this.#asked) {
      this.#asked = true;
      this.#heardAt = Date.now() - ASK_AFTER_MS;
      this.#tell({ kind: "who" });
    } else if (silence >= SILENCE_MS) {
      this.#heardAt = Date.now();
      this.#asked = false;
      if (this.#locks === null) void this.#leadNow();
      else void this.#contend(true);
    }
  }

  async #contend(steal: boolean): Promise<void> {
    this.#waiting?.abort();
    const waiting = new AbortController();
    this.#waiting = waiting;
    const lead = new AbortController();
    const options: LockOptions = steal ? { steal: true } : { signal: waiting.signal };
    try {
      await this.#locks?.request(this.#name, options, () => this.#leadNow(lead));
    } catch {
      // Stolen by another tab, or no longer waited for.
      lead.abort();
      if (this.#waiting !== waiting) return;
    }
    if (!this.#stopped) {
      this.#heardAt = Date.now();
      setTimeout(() => {
        if (!this.#stopped && this.#waiting === waiting) void this.#contend(false);
      }, WATCH_MS);
    }
  }

  async #leadNow(lead = new AbortController()): Promise<void> {
    if (this.#stopped || this.leads) return;
    this.#lead = lead;
    try {
      await this.#handlers.lead(lead.signal);
    } finally {
      lead.abort();
      this.#lead = null;
      this.#heardAt = Date.now();
    }
  }
}

function tabLocks(): LockManager | null {
  return "locks" in navigator ? navigator.locks : null;
}
