/** How far the uploads of this tab have come, by the file's id: from 0 to 1. */
export class UploadProgress {
  readonly #shares = new Map<string, number>();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  of(fileId: string): number | null {
    return this.#shares.get(fileId) ?? null;
  }

  set(fileId: string, share: number | null): void {
    if (share === null) this.#shares.delete(fileId);
    else this.#shares.set(fileId, share);
    for (const listener of this.#listeners) listener();
  }
}
