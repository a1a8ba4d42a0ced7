/** One connection to the change feed after another: the socket, or long polls where sockets do not get through. */
import { ApiError, pollChanges, Unreachable } from "../api/http";
import { CLOSED, FeedSocket } from "../api/socket";
import type { ChangesFrame, HelloFrame, ServerFrame } from "../api/types";
import { jitteredDelay, pause } from "../lib/backoff";
import { FramePump } from "./pump";
import type { StatusStore } from "./status";

/** Nothing heard for so long means a dead connection; the server beats every 20 s. */
const WATCHDOG_MS = 45_000;
/** After a wake-up the answer to our ping must come within this. */
const PONG_MS = 5_000;
const WATCH_MS = 1_000;
/** A greeting without changes: the copy is current. */
const SETTLE_MS = 500;
/** Sockets that never greeted, in a row, before polling begins; polling tries the socket again after this time. */
const FAILURES_BEFORE_POLLING = 3;
const POLLING_SPELL_MS = 300_000;
/** A lost connection that is back within this time is not called offline. */
const OFFLINE_AFTER_MS = 3_000;

/** The session is over: log in again. */
export class SignedOut extends Error {
  override readonly name = "SignedOut";
}

export class OriginRefused extends Error {
  override readonly name = "OriginRefused";
}

export interface FeedOptions {
  readonly status: StatusStore;
  readonly signal: AbortSignal;
  readonly build: string;
  readonly cursor: () => Promise<string>;
  readonly apply: (frames: readonly ChangesFrame[], epoch: string | null) => Promise<void>;
  readonly greet: (hello: HelloFrame) => Promise<"go on" | "reset">;
  /** The copy is current and the server is listening. */
  readonly live: () => void;
  readonly heard: (epoch: string | null) => void;
}

type Ending = { readonly kind: "reset" } | { readonly kind: "lost"; readonly greeted: boolean; readonly code: number };

export class Feed {
  readonly #options: FeedOptions;
  #wake = new AbortController();
  #probe: (() => void) | null = null;
  #failures = 0;
  #silent = 0;
  #offlineTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** The network may be back, or the machine awake: try at once, or prove the connection alive. */
  wake(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
    this.#probe?.();
  }

  /** Runs until the server says `reset`. @throws SignedOut, OriginRefused, what `apply` throws; returns on abort. */
  async run(): Promise<"reset" | "stopped"> {
    const { signal } = this.#options;
    const stopped = (): boolean => signal.aborted;
    while (!stopped()) {
      const polling = this.#silent >= FAILURES_BEFORE_POLLING;
      const ending = polling ? await this.#poll() : await this.#connect();
      if (ending.kind === "reset") return "reset";
      if (stopped()) break;
      this.#note(ending);
      await pause(jitteredDelay(this.#failures - 1), AbortSignal.any([signal, this.#wake.signal]));
    }
    clearTimeout(this.#offlineTimer);
    return "stopped";
  }

  #note(ending: Extract<Ending, { kind: "lost" }>): void {
    if (ending.code === CLOSED.notSignedIn || ending.code === CLOSED.sessionRevoked) throw new SignedOut();
    if (ending.code === CLOSED.wrongOrigin) throw new OriginRefused();
    this.#failures = ending.greeted ? 1 : this.#failures + 1;
    this.#silent = ending.greeted ? 0 : this.#silent + 1;
    this.#disconnected();
  }

  #disconnected(): void {
    const { status } = this.#options;
    if (status.get().phase === "offline") return;
    const since = Date.now();
    if (!navigator.onLine) status.set({ phase: "offline", offlineSince: since });
    else if (this.#offlineTimer === undefined) {
      status.set({ phase: "connecting" });
      this.#offlineTimer = setTimeout(() => {
        this.#offlineTimer = undefined;
        if (!this.#options.signal.aborted) status.set({ phase: "offline", offlineSince: since });
      }, OFFLINE_AFTER_MS);
    }
  }

  #connected(phase: "catching-up" | "live"): void {
    clearTimeout(this.#offlineTimer);
    this.#offlineTimer = undefined;
    const { status, live } = this.#options;
    const before = status.get().phase;
    if (phase === "live") status.set({ phase, offlineSince: null, freshAt: Date.now(), refusal: null, trouble: null });
    else if (before !== "live") status.set({ phase });
    if (phase === "live" && before !== "live") live();
  }

  async #connect(): Promise<Ending> {
    const cursor = await this.#options.cursor();
    const { signal, build, greet, heard } = this.#options;
    return new Promise<Ending>((resolve, reject) => {
      let greeted = false;
      let epoch: string | null = null;
      // No frame is applied before the greeting is judged: of another epoch none may be.
      let welcome = Promise.resolve<"go on" | "reset">("go on");
      let lastHeard = Date.now();
      let settle: ReturnType<typeof setTimeout> | undefined;
      const pump = new FramePump(async (frames) => {
        await this.#options.apply(frames, epoch);
        if (frames.at(-1)?.more === false) this.#connected("live");
      });
      const end = (finish: () => void): void => {
        socket.close();
        clearInterval(watch);
        clearTimeout(settle);
        signal.removeEventListener("abort", lost);
        this.#probe = null;
        void pump.drained().then(finish, reject);
      };
      const lost = (): void => {
        end(() => {
          resolve({ kind: "lost", greeted, code: 1006 });
        });
      };
      const take = async (frame: ServerFrame): Promise<void> => {
        lastHeard = Date.now();
        if (frame.type === "hello") {
          greeted = true;
          epoch = frame.epoch;
          this.#connected("catching-up");
          welcome = greet(frame);
          if ((await welcome) === "reset") end(() => resolve({ kind: "reset" }));
          else settle = setTimeout(() => this.#connected("live"), SETTLE_MS);
        } else if (frame.type === "changes") {
          clearTimeout(settle);
          if ((await welcome) === "reset") return;
          if (frame.more) this.#connected("catching-up");
          await pump.push(frame);
        } else if (frame.type === "reset") {
          end(() => resolve({ kind: "reset" }));
        } else if (frame.type === "ping" || frame.type === "pong") {
          if (pump.idle && this.#options.status.get().phase === "live") heard(epoch);
        }
      };
      const socket = new FeedSocket(cursor, build, {
        onFrame: (frame) => {
          take(frame).catch((error: unknown) => {
            end(() => {
              reject(error instanceof Error ? error : new Error(String(error)));
            });
          });
        },
        onClose: (code) => {
          end(() => {
            resolve({ kind: "lost", greeted, code });
          });
        },
      });
      const watch = setInterval(() => {
        if (Date.now() - lastHeard > WATCHDOG_MS) lost();
      }, WATCH_MS);
      this.#probe = () => {
        socket.ping();
        const asked = Date.now();
        setTimeout(() => {
          if (lastHeard < asked) lost();
        }, PONG_MS);
      };
      signal.addEventListener("abort", lost);
      if (signal.aborted) lost();
    });
  }

  /** Polls until it fails or the spell is over; then the socket is tried again. */
  async #poll(): Promise<Ending> {
    const { signal, apply, cursor } = this.#options;
    const until = Date.now() + POLLING_SPELL_MS;
    let greeted = false;
    try {
      while (!signal.aborted && Date.now() < until) {
        const frame = await pollChanges(await cursor(), greeted, signal);
        if (frame.type === "reset") return { kind: "reset" };
        greeted = true;
        await apply([frame], null);
        this.#connected(frame.more ? "catching-up" : "live");
      }
    } catch (error) {
      if (signal.aborted) return { kind: "lost", greeted, code: 1006 };
      if (error instanceof ApiError && error.status === 401) throw new SignedOut();
      if (!(error instanceof Unreachable || error instanceof ApiError)) throw error;
      return { kind: "lost", greeted: false, code: 1006 };
    }
    this.#silent = FAILURES_BEFORE_POLLING - 1;
    return { kind: "lost", greeted, code: 1006 };
  }
}
