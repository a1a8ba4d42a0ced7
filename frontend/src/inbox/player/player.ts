import type { Id } from "../../api/types";

/** A voice message or piece of music, and where it belongs. */
export interface Sound {
  readonly attachmentId: Id;
  readonly messageId: Id;
  readonly conversationId: Id;
  readonly url: string;
  readonly title: string;
  readonly voice: boolean;
  /** As told with the message; the file itself has the last word. */
  readonly seconds: number | null;
}

export interface Playing {
  readonly sound: Sound | null;
  readonly playing: boolean;
  /** Seconds from the start. */
  readonly at: number;
  readonly seconds: number;
  readonly rate: number;
  readonly failed: boolean;
  /** The bubble it plays in is in sight. */
  readonly inSight: boolean;
}

const RATES = [1, 1.5, 2] as const;

export interface PlayerOptions {
  readonly rate: number;
  readonly onRate: (rate: number) => void;
  /** What is to follow by itself. */
  readonly next: (sound: Sound) => Promise<Sound | null>;
}

/** Positions remembered of sounds that were left in the middle. */
const MOST_LEFT = 100;

const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === "AbortError";

/** Plays one sound at a time, through one element that no bubble owns, so that it plays on whatever is on the screen. */
export class Player {
  readonly #options: PlayerOptions;
  readonly #audio = new Audio();
  readonly #listeners = new Set<() => void>();
  readonly #left = new Map<Id, number>();
  #film: HTMLMediaElement | null = null;
  #state: Playing;

  constructor(options: PlayerOptions) {
    this.#options = options;
    const rate = RATES.some((one) => one === options.rate) ? options.rate : 1;
    this.#state = { sound: null, playing: false, at: 0, seconds: 0, rate, failed: false, inSight: false };
    const audio = this.#audio;
    audio.preload = "metadata";
    audio.addEventListener("timeupdate", () => {
      this.#set({ at: audio.currentTime });
    });
    audio.addEventListener("durationchange", () => {
      if (Number.isFinite(audio.duration) && audio.duration > 0) this.#set({ seconds: audio.duration });
    });
    audio.addEventListener("play", () => {
      this.#film?.pause();
      this.#set({ playing: true });
    });
    audio.addEventListener("pause", () => {
      this.#set({ playing: false });
    });
    audio.addEventListener("ended", () => void this.#followOn());
    audio.addEventListener("error", () => {
      if (this.#state.sound !== null) this.#set({ playing: false, failed: true });
    });
  }

  get = (): Playing => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  toggle(sound: Sound): void {
    if (!this.#has(sound) || this.#state.failed) this.#load(sound);
    if (this.#audio.paused) this.#play();
    else this.#audio.pause();
  }

  seek(sound: Sound, seconds: number): void {
    if (!this.#has(sound)) this.#load(sound);
    const at = Math.max(0, Math.min(seconds, this.#state.seconds || seconds));
    this.#audio.currentTime = at;
    this.#set({ at });
  }

  /** The next speed of the round. */
  changeRate(): void {
    const rate = RATES[(RATES.findIndex((one) => one === this.#state.rate) + 1) % RATES.length] ?? 1;
    this.#audio.playbackRate = rate;
    this.#set({ rate });
    this.#options.onRate(rate);
  }

  /** Silence, and nothing to go on with. */
  close(): void {
    this.#leave();
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.load();
    this.#set({ sound: null, playing: false, at: 0, seconds: 0, failed: false, inSight: false });
  }

  /** A film has begun: one of both is heard. */
  filmBegan(film: HTMLMediaElement): void {
    this.#film = film;
    this.#audio.pause();
  }

  sighted(attachmentId: Id, inSight: boolean): void {
    if (this.#state.sound?.attachmentId === attachmentId) this.#set({ inSight });
  }

  #has(sound: Sound): boolean {
    return this.#state.sound?.attachmentId === sound.attachmentId;
  }

  #load(sound: Sound): void {
    this.#leave();
    const at = this.#left.get(sound.attachmentId) ?? 0;
    this.#audio.src = sound.url;
    this.#audio.playbackRate = this.#state.rate;
    this.#audio.defaultPlaybackRate = this.#state.rate;
    if (at > 0) this.#audio.currentTime = at;
    this.#set({ sound, playing: false, at, seconds: sound.seconds ?? 0, failed: false, inSight: false });
  }

  #play(): void {
    const { sound } = this.#state;
    this.#audio.play().catch((error: unknown) => {
      if (!isAbort(error) && this.#state.sound === sound) this.#set({ playing: false, failed: true });
    });
  }

  #leave(): void {
    const { sound, at, seconds } = this.#state;
    if (sound === null) return;
    this.#left.delete(sound.attachmentId);
    if (at > 1 && at < seconds - 1) this.#left.set(sound.attachmentId, at);
    const oldest = this.#left.keys().next().value;
    if (this.#left.size > MOST_LEFT && oldest !== undefined) this.#left.delete(oldest);
  }

  async #followOn(): Promise<void> {
    const { sound } = this.#state;
    if (sound === null) return;
    const next = sound.voice ? await this.#options.next(sound) : null;
    if (!this.#has(sound) || !this.#audio.ended) return;
    if (next === null) {
      this.#audio.currentTime = 0;
      this.#set({ playing: false, at: 0 });
      return;
    }
    this.#load(next);
    this.#play();
  }

  #set(change: Partial<Playing>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
