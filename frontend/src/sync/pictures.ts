import { ApiError, Unreachable, wantPictures } from "../api/http";
import type { Id } from "../api/types";

/** The most of each kind that the server takes at once. */
const AT_ONCE = 100;
/** What is shown within this time is asked for together. */
const JOIN_MS = 400;
const AGAIN_MS = 30_000;

type Whose = "conversation" | "attendee";

/** Asks the server for the pictures of whoever is shown, once per session each. What is found comes by the feed. */
export class PictureRequests {
  readonly #asked = { conversation: new Set<Id>(), attendee: new Set<Id>() };
  readonly #waiting = { conversation: new Set<Id>(), attendee: new Set<Id>() };
  readonly #signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
    });
  }

  want(whose: Whose, ids: Iterable<Id>): void {
    for (const id of ids) {
      if (this.#asked[whose].has(id)) continue;
      this.#asked[whose].add(id);
      this.#waiting[whose].add(id);
    }
    const any = this.#waiting.conversation.size > 0 || this.#waiting.attendee.size > 0;
    if (any && this.#timer === null) this.#later(JOIN_MS);
  }

  #later(milliseconds: number): void {
    if (this.#signal.aborted) return;
    this.#timer = setTimeout(() => void this.#ask(), milliseconds);
  }

  async #ask(): Promise<void> {
    const batch = { conversation: this.#some("conversation"), attendee: this.#some("attendee") };
    try {
      await wantPictures(batch.conversation, batch.attendee, this.#signal);
    } catch (error) {
      if (this.#signal.aborted) return;
      // A refusal stands for this session; without a server they are asked for later. Initials are shown either way.
      if (!(error instanceof Unreachable || error instanceof ApiError)) throw error;
      const later = error instanceof Unreachable || error.status >= 500 || error.status === 429;
      if (later) {
        this.#later(AGAIN_MS);
        return;
      }
    }
    for (const whose of ["conversation", "attendee"] as const) {
      for (const id of batch[whose]) this.#waiting[whose].delete(id);
    }
    this.#timer = null;
    this.want("conversation", []);
  }

  #some(whose: Whose): Id[] {
    return [...this.#waiting[whose]].slice(0, AT_ONCE);
  }
}
