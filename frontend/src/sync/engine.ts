/** Keeps one user's local copy equal to the server's: elects the leading tab, loads, follows the feed, reports. */
import { ApiError, Unreachable } from "../api/http";
import type { ChangesFrame, HelloFrame, User } from "../api/types";
import { jitteredDelay, pause } from "../lib/backoff";
import { applyFrames, claimTerm, CopyReplaced, LeadershipLost, touchFresh } from "./apply";
import { databaseName, type LocalDatabase } from "./db";
import { Feed, OriginRefused, SignedOut } from "./feed";
import { Leadership } from "./leader";
import { firstLoad, readAhead, readGranted, readNextListPage, reloadBeside } from "./load";
import { reportReadMarks } from "./marks";
import { PictureRequests } from "./pictures";
import { StatusStore } from "./status";
import { StorageFull, withRoom } from "./room";
import { prefetchThreads, ThreadLoader } from "./threads";

export interface EngineOptions {
  readonly user: User;
  /** The build of this page. */
  readonly build: string;
  /** The server was exchanged for another build while this page ran. */
  readonly onNewBuild: () => void;
  /** The session is over, here or in another tab. */
  readonly onSignedOut: (elsewhere: boolean) => void;
}

export class Engine {
  readonly status = new StatusStore();
  readonly threads: ThreadLoader;
  readonly pictures: PictureRequests;
  readonly #db: LocalDatabase;
  readonly #options: EngineOptions;
  readonly #leadership: Leadership;
  readonly #stop = new AbortController();
  #feed: Feed | null = null;
  #wake = new AbortController();
  #term: number | null = null;
  #working = false;
  #workAgain = false;
  #serverBuild: string | null = null;

  constructor(db: LocalDatabase, options: EngineOptions) {
    this.#db = db;
    this.#options = options;
    this.threads = new ThreadLoader(db);
    this.pictures = new PictureRequests(this.#stop.signal);
    this.#leadership = new Leadership(databaseName(options.user.id), {
      lead: (signal) => this.#lead(signal),
      status: this.status.get,
      follow: (status) => {
        this.status.set(status);
      },
      wake: () => {
        this.#wakeUp();
      },
      signedOut: () => {
        options.onSignedOut(true);
      },
    });
  }

  async start(): Promise<void> {
    const { signal } = this.#stop;
    this.#db.on("versionchange", () => {
      this.stop();
      this.#db.close();
      this.status.set({ phase: "offline", trouble: "storage-taken" });
    });
    const feed = await this.#db.read(`feed-${await this.#db.activeSide()}`);
    this.status.set({ freshAt: feed?.fresh_at ?? null, firstLoad: feed === undefined });
    this.status.subscribe(() => {
      this.#leadership.announce();
    });
    window.addEventListener("online", () => this.wake(), { signal });
    window.addEventListener("offline", () => this.#lostNetwork(), { signal });
    document.addEventListener("visibilitychange", () => this.wake(), { signal });
    this.#leadership.start();
  }

  stop(): void {
    this.#stop.abort();
    this.#leadership.stop();
  }

  tellSignedOut(): void {
    this.#leadership.tell({ kind: "signed-out" });
  }

  /** Something waits for the server, or the server may be there again. */
  wake(): void {
    if (document.visibilityState === "hidden") return;
    if (this.#leadership.leads) this.#wakeUp();
    else this.#leadership.tell({ kind: "wake" });
  }

  async loadMoreConversations(): Promise<void> {
    const side = await this.#db.activeSide();
    await readNextListPage(this.#db, { side, term: null });
  }

  #wakeUp(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
    this.#feed?.wake();
    if (this.status.get().phase === "live") void this.#work();
  }

  #lostNetwork(): void {
    const { phase } = this.status.get();
    if (this.#leadership.leads && phase !== "offline") this.status.set({ phase: "offline", offlineSince: Date.now() });
  }

  async #lead(signal: AbortSignal): Promise<void> {
    const whole = AbortSignal.any([signal, this.#stop.signal]);
    const term = await claimTerm(this.#db);
    this.#term = term;
    const over = (): boolean => whole.aborted;
    let attempt = 0;
    while (!over()) {
      try {
        if ((await this.#db.read(`feed-${await this.#db.activeSide()}`)) === undefined) {
          this.status.set({ firstLoad: true });
          await this.#writing(() => firstLoad(this.#db, term, whole));
        }
        const feed = await this.#db.read(`feed-${await this.#db.activeSide()}`);
        this.status.set({ firstLoad: false, freshAt: feed?.fresh_at ?? null });
        if ((await this.#follow(term, whole)) === "stopped") return;
        this.status.set({ phase: "catching-up" });
        await this.#writing(() => reloadBeside(this.#db, this.threads, term, whole));
      } catch (error) {
        if (over() || this.#isOver(error)) return;
        this.#explain(error);
      }
      if (this.status.get().phase === "live") attempt = 0;
      await pause(jitteredDelay(attempt), AbortSignal.any([whole, this.#wake.signal]));
      attempt += 1;
    }
  }

  /** What ends the lead, as against what is worth another try. */
  #isOver(error: unknown): boolean {
    if (error instanceof SignedOut || (error instanceof ApiError && error.status === 401)) {
      this.#options.onSignedOut(false);
      return true;
    }
    if (error instanceof OriginRefused) {
      this.status.set({ phase: "offline", offlineSince: null, trouble: "wrong-origin" });
      return true;
    }
    return error instanceof LeadershipLost || (error instanceof Error && error.name === "DatabaseClosedError");
  }

  #explain(error: unknown): void {
    const since = this.status.get().offlineSince ?? Date.now();
    if (error instanceof Unreachable) this.status.set({ phase: "offline", offlineSince: since });
    else if (error instanceof StorageFull) this.status.set({ trouble: "storage-full" });
    else {
      const requestId = error instanceof ApiError ? error.requestId : null;
      const message = error instanceof Error ? error.message : String(error);
      this.status.set({ phase: "offline", offlineSince: since, refusal: { message, requestId } });
    }
  }

  async #follow(term: number, signal: AbortSignal): Promise<"reset" | "stopped"> {
    const side = await this.#db.activeSide();
    const ended = new AbortController();
    const feed = new Feed({
      status: this.status,
      signal: AbortSignal.any([signal, ended.signal]),
      build: this.#options.build,
      cursor: async () => (await this.#db.read(`feed-${side}`))?.cursor ?? "",
      apply: async (frames, epoch) => {
        await this.#writing(() => applyFrames(this.#db, { side, term }, frames, epoch, Date.now()));
        this.#applied(frames);
      },
      greet: (hello) => this.#greet(hello),
      live: () => void this.#work(),
      heard: (epoch) => {
        this.status.set({ freshAt: Date.now() });
        touchFresh(this.#db, { side, term }, epoch, Date.now()).catch(() => {
          ended.abort();
        });
      },
    });
    this.#feed = feed;
    try {
      return await feed.run();
    } finally {
      ended.abort();
      this.#feed = null;
    }
  }

  #applied(frames: readonly ChangesFrame[]): void {
    if (frames.at(-1)?.more === false) this.status.set({ freshAt: Date.now() });
    if (frames.some((frame) => (frame.granted?.length ?? 0) > 0)) void this.#work();
  }

  async #greet(hello: HelloFrame): Promise<"go on" | "reset"> {
    if (hello.user_id !== this.#options.user.id) throw new SignedOut();
    this.#serverBuild ??= hello.build;
    if (hello.build !== this.#serverBuild) this.#options.onNewBuild();
    const feed = await this.#db.read(`feed-${await this.#db.activeSide()}`);
    return feed?.epoch == null || feed.epoch === hello.epoch ? "go on" : "reset";
  }

  /** What is left to do whenever the server is there; a failure waits for the next time. */
  async #work(): Promise<void> {
    if (this.#working) {
      this.#workAgain = true;
      return;
    }
    const term = this.#term;
    if (term === null) return;
    this.#working = true;
    const { signal } = this.#stop;
    try {
      do {
        this.#workAgain = false;
        const writer = { side: await this.#db.activeSide(), term };
        await reportReadMarks(this.#db, term, signal);
        await this.#writing(() => readGranted(this.#db, writer, signal));
        await this.#writing(() => readAhead(this.#db, writer, signal));
        await this.#writing(() => prefetchThreads(this.#db, this.threads, writer, signal));
      } while (this.#again());
    } catch (error) {
      const expected =
        error instanceof Unreachable ||
        error instanceof ApiError ||
        error instanceof LeadershipLost ||
        error instanceof CopyReplaced ||
        error instanceof StorageFull ||
        signal.aborted;
      if (!expected) throw error;
      if (error instanceof StorageFull) this.status.set({ trouble: "storage-full" });
    } finally {
      this.#working = false;
    }
  }

  #again(): boolean {
    return this.#workAgain && !this.#stop.signal.aborted;
  }

  #writing<T>(work: () => Promise<T>): Promise<T> {
    return withRoom(this.#db, work);
  }
}
