import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { Leadership, type LeadershipHandlers, type TabMessage } from "../src/sync/leader";
import { INITIAL_STATUS, type SyncStatus } from "../src/sync/status";

/** Web Locks of one origin: one holder, a queue, and stealing. */
class Locks {
  #holder: { reject: (error: Error) => void } | null = null;
  readonly #queue: (() => void)[] = [];

  request(_name: string, options: LockOptions, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = (): void => {
        const holder = { reject };
        this.#holder = holder;
        void work().then(() => {
          if (this.#holder !== holder) return;
          this.#holder = null;
          resolve();
          this.#queue.shift()?.();
        });
      };
      options.signal?.addEventListener("abort", () => {
        const at = this.#queue.indexOf(take);
        if (at >= 0) this.#queue.splice(at, 1);
        reject(new Error("aborted"));
      });
      if (options.steal === true) {
        this.#holder?.reject(new Error("stolen"));
        take();
      } else if (this.#holder === null) take();
      else this.#queue.push(take);
    });
  }
}

/** A channel between the tabs of one test; a frozen tab neither speaks nor hears. */
class Air {
  static tabs: Air[] = [];
  frozen = false;
  #listener: ((event: { data: TabMessage }) => void) | null = null;

  constructor() {
    Air.tabs.push(this);
  }

  addEventListener(_kind: string, listener: (event: { data: TabMessage }) => void): void {
    this.#listener = listener;
  }

  postMessage(data: TabMessage): void {
    if (this.frozen) return;
    for (const tab of Air.tabs) if (tab !== this && !tab.frozen) tab.#listener?.({ data });
  }

  close(): void {
    Air.tabs = Air.tabs.filter((tab) => tab !== this);
  }
}

interface Tab {
  readonly leadership: Leadership;
  readonly air: Air | undefined;
  readonly followed: SyncStatus[];
  readonly woken: ReturnType<typeof vi.fn>;
}

function openTab(locks: Locks | null): Tab {
  const followed: SyncStatus[] = [];
  const woken = vi.fn();
  const handlers: LeadershipHandlers = {
    lead: (signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          resolve();
        });
      }),
    status: () => ({ ...INITIAL_STATUS, phase: "live" }),
    follow: (status) => followed.push(status),
    wake: woken,
    signedOut: vi.fn(),
  };
  const leadership = new Leadership("test", handlers, locks as unknown as LockManager | null);
  leadership.start();
  return { leadership, air: Air.tabs.at(-1), followed, woken };
}

const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);
const leaders = (tabs: readonly Tab[]): boolean[] => tabs.map((tab) => tab.leadership.leads);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("BroadcastChannel", Air);
  Air.tabs = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe.each([
  ["with Web Locks", () => new Locks()],
  ["without Web Locks", () => null],
])("G8, %s", (_name, makeLocks) => {
  test("one tab leads, the others show its status and pass their wishes on", async () => {
    const locks = makeLocks();
    const first = openTab(locks);
    await pass(3);
    const second = openTab(locks);
    await pass(5);
    expect(leaders([first, second])).toEqual([true, false]);
    expect(second.followed.at(-1)?.phase).toBe("live");
    second.leadership.tell({ kind: "wake" });
    expect(first.woken).toHaveBeenCalledOnce();
  });

  test("a leader that is silent for ten seconds is replaced", async () => {
    const locks = makeLocks();
    const first = openTab(locks);
    await pass(3);
    const second = openTab(locks);
    await pass(4);
    if (first.air !== undefined) first.air.frozen = true;
    await pass(8);
    expect(second.leadership.leads).toBe(false);
    await pass(5);
    expect(second.leadership.leads).toBe(true);
  });

  test("a closed leader is followed by the next tab", async () => {
    const locks = makeLocks();
    const first = openTab(locks);
    await pass(3);
    const second = openTab(locks);
    await pass(2);
    first.leadership.stop();
    await pass(13);
    expect(leaders([first, second])).toEqual([false, true]);
  });
});

test("without a channel to other tabs a tab leads by itself", async () => {
  vi.stubGlobal("BroadcastChannel", undefined);
  const only = openTab(null);
  await pass(1);
  expect(only.leadership.leads).toBe(true);
});
