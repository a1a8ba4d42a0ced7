interface Told {
  readonly fileId: string;
  readonly share: number | null;
}

/** How far uploads have come, by the file's id: from 0 to 1. One tab uploads; the others are told. */
export class UploadProgress {
  readonly #shares = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #others: BroadcastChannel | null;

  constructor(name: string, signal: AbortSignal) {
    this.#others = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(name);
    this.#others?.addEventListener("message", ({ data }: MessageEvent<Told>) => {
      this.#keep(data);
    });
    signal.addEventListener("abort", () => {
      this.#others?.close();
      this.#others = null;
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  of(fileId: string): number | null {
    return this.#shares.get(fileId) ?? null;
  }

  set(fileId: string, share: number | null): void {
    this.#keep({ fileId, share });
    this.#others?.postMessage({ fileId, share } satisfies Told);
  }

  #keep({ fileId, share }: Told): void {
    if (share === null) this.#shares.delete(fileId);
    else this.#shares.set(fileId, share);
    for (const listener of this.#listeners) listener();
  }
}
