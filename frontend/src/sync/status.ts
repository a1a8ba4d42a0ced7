/** What the freshness line and the notices say: one small observable value per tab, the same in all tabs. */

export type Phase = "connecting" | "catching-up" | "live" | "offline";

export type Trouble =
  /** The server refuses this page's origin. */
  | "wrong-origin"
  /** The device has no room left even after older messages were forgotten. */
  | "storage-full"
  /** Another version of the application uses the storage. */
  | "storage-taken";

export interface SyncStatus {
  readonly phase: Phase;
  /** Milliseconds since 1970 when the connection was lost; null while connected or unknown. */
  readonly offlineSince: number | null;
  /** Up to then the copy is known to be current; null before the first load. */
  readonly freshAt: number | null;
  /** Nothing has ever been loaded on this device. */
  readonly firstLoad: boolean;
  readonly trouble: Trouble | null;
  /** The first load's or list's last refusal, for a pane to show; cleared by the next success. */
  readonly refusal: Refusal | null;
  /** The server runs another build than at the start of this page. */
  readonly updateReady: boolean;
}

export interface Refusal {
  readonly message: string;
  readonly requestId: string | null;
}

export const INITIAL_STATUS: SyncStatus = {
  phase: "connecting",
  offlineSince: null,
  freshAt: null,
  firstLoad: false,
  trouble: null,
  refusal: null,
  updateReady: false,
};

export class StatusStore {
  #value: SyncStatus = INITIAL_STATUS;
  readonly #listeners = new Set<() => void>();

  readonly get = (): SyncStatus => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(change: Partial<SyncStatus>): void {
    const next = { ...this.#value, ...change };
    const keys = Object.keys(next) as (keyof SyncStatus)[];
    if (keys.every((key) => Object.is(next[key], this.#value[key]))) return;
    this.#value = next;
    for (const listener of this.#listeners) listener();
  }
}
