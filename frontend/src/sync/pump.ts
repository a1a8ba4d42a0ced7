import type { ChangesFrame } from "../api/types";
import { pause } from "../lib/backoff";

/** Frames written in one transaction at most. */
const BATCH = 100;
/** While frames keep coming, one transaction (and so one redraw) per this time. */
const PACE_MS = 40;

/** Applies frames in their order, as many at once as have come while the last transaction ran. */
export class FramePump {
  readonly #apply: (frames: readonly ChangesFrame[]) => Promise<void>;
  readonly #queue: ChangesFrame[] = [];
  #running: Promise<void> | null = null;

  constructor(apply: (frames: readonly ChangesFrame[]) => Promise<void>) {
    this.#apply = apply;
  }

  get idle(): boolean {
    return this.#running === null;
  }

  /** Resolves once the frame is stored; rejects with what stopped it. */
  push(frame: ChangesFrame): Promise<void> {
    this.#queue.push(frame);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async drained(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const started = Date.now();
      await this.#apply(this.#queue.splice(0, BATCH));
      if (this.#queue.length > 0) await pause(PACE_MS - (Date.now() - started));
    }
  }
}
