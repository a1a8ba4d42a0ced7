import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { parseFrame } from "../src/api/socket";
import type { ChangesFrame } from "../src/api/types";
import { jitteredDelay } from "../src/lib/backoff";
import { Feed, SignedOut, type FeedOptions } from "../src/sync/feed";
import { StatusStore } from "../src/sync/status";

/** The server's end of a socket; the network between is a function call. */
class Wire {
  static readonly OPEN = 1;
  static opened: Wire[] = [];
  readonly readyState = 1;
  readonly sent: string[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(readonly address: URL) {
    Wire.opened.push(this);
  }

  static get last(): Wire {
    const last = Wire.opened.at(-1);
    if (last === undefined) throw new Error("No socket was opened.");
    return last;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.onclose = null;
  }

  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  drops(code = 1006): void {
    this.onclose?.({ code });
  }
}

const hello = { type: "hello", epoch: "e", cursor: "c", build: "b", user_id: "1", heartbeat_seconds: 20 };
const changes = (cursor: string, more = false): object => ({ type: "changes", rows: {}, more, cursor });

let stop: AbortController;
let applied: (readonly ChangesFrame[])[];
let status: StatusStore;
let polls: string[];

function feedWith(fields: Partial<FeedOptions> = {}): Feed {
  return new Feed({
    status,
    signal: stop.signal,
    build: "b",
    cursor: () => Promise.resolve(applied.at(-1)?.at(-1)?.cursor ?? "start"),
    apply: (frames) => {
      applied.push(frames);
      return Promise.resolve();
    },
    greet: () => Promise.resolve("go on"),
    live: () => undefined,
    heard: () => undefined,
    ...fields,
  });
}

const settle = (milliseconds = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Wire);
  vi.spyOn(Math, "random").mockReturnValue(1);
  polls = [];
  vi.stubGlobal("fetch", (address: string) => {
    polls.push(address);
    return Promise.reject(new TypeError("no network"));
  });
  Wire.opened = [];
  stop = new AbortController();
  applied = [];
  status = new StatusStore();
});

afterEach(() => {
  stop.abort();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("the socket", () => {
  test("resumes from the stored cursor, catches up and is live", async () => {
    void feedWith().run();
    await settle();
    expect(Wire.last.address.searchParams.get("cursor")).toBe("start");
    Wire.last.says(hello);
    await settle();
    expect(status.get().phase).toBe("catching-up");
    Wire.last.says(changes("c1", true));
    await settle();
    expect(status.get().phase).toBe("catching-up");
    Wire.last.says(changes("c2"));
    await settle(50);
    expect(status.get().phase).toBe("live");
    Wire.last.drops();
    await settle(1_000);
    expect(Wire.last.address.searchParams.get("cursor")).toBe("c2");
  });

  test("answers the heartbeat, and a greeting without changes is live too", async () => {
    void feedWith().run();
    await settle();
    Wire.last.says(hello);
    Wire.last.says({ type: "ping" });
    await settle(600);
    expect(Wire.last.sent).toEqual(['{"type":"pong"}']);
    expect(status.get().phase).toBe("live");
  });

  test("G2: 45 seconds of silence end a half-open connection", async () => {
    void feedWith().run();
    await settle();
    Wire.last.says(hello);
    await settle(44_000);
    expect(Wire.opened).toHaveLength(1);
    await settle(4_000);
    expect(Wire.opened).toHaveLength(2);
  });

  test("G2: after waking up a connection that does not answer within 5 seconds is given up", async () => {
    const feed = feedWith();
    void feed.run();
    await settle();
    Wire.last.says(hello);
    await settle(1_000);
    feed.wake();
    expect(Wire.last.sent).toEqual(['{"type":"ping"}']);
    await settle(6_500);
    expect(Wire.opened).toHaveLength(2);
  });

  test("offline is said only after three seconds without a connection, with the moment it began", async () => {
    void feedWith().run();
    await settle();
    Wire.last.says(hello);
    await settle(600);
    const lostAt = Date.now();
    Wire.last.drops(1012);
    await settle(500);
    expect(status.get().phase).toBe("connecting");
    await settle(600);
    Wire.last.drops();
    await settle(2_500);
    expect(status.get()).toMatchObject({ phase: "offline", offlineSince: lostAt });
  });

  test("a reset frame ends the run, after what came before it was applied", async () => {
    const run = feedWith().run();
    await settle();
    Wire.last.says(hello);
    Wire.last.says(changes("c1"));
    Wire.last.says({ type: "reset", reason: "epoch" });
    await settle(100);
    expect(await run).toBe("reset");
    expect(applied.flat().map((frame) => frame.cursor)).toEqual(["c1"]);
  });

  test.each([4401, 4408])("close code %i means: log in again", async (code) => {
    const run = feedWith().run();
    const ended = expect(run).rejects.toThrow(SignedOut);
    await settle();
    Wire.last.drops(code);
    await settle();
    await ended;
  });

  test("what cannot be stored stops the feed instead of being skipped", async () => {
    const run = feedWith({ apply: () => Promise.reject(new Error("disk")) }).run();
    const ended = expect(run).rejects.toThrow("disk");
    await settle();
    Wire.last.says(hello);
    Wire.last.says(changes("c1"));
    await settle(100);
    await ended;
  });

  test("a burst is stored in few transactions, in order", async () => {
    void feedWith().run();
    await settle();
    Wire.last.says(hello);
    for (let number = 1; number <= 250; number += 1) Wire.last.says(changes(`c${number}`));
    await settle(1_000);
    expect(applied.flat().map((frame) => frame.cursor)).toEqual(Array.from({ length: 250 }, (_, index) => `c${index + 1}`));
    expect(applied.length).toBeLessThan(8);
  });
});

describe("where sockets do not get through", () => {
  test("after three refusals it polls, and tries the socket again later", async () => {
    let answers = 0;
    vi.stubGlobal("fetch", async (address: string) => {
      polls.push(address);
      await new Promise((resolve) => setTimeout(resolve, 25_000));
      answers += 1;
      return new Response(JSON.stringify(changes(`p${answers}`)));
    });
    void feedWith().run();
    for (let refusal = 0; refusal < 3; refusal += 1) {
      await settle(10_000);
      Wire.last.drops();
    }
    await settle(40_000);
    expect(Wire.opened).toHaveLength(3);
    expect(polls[0]).toContain("cursor=start&wait=0");
    expect(status.get().phase).toBe("live");
    await settle(400_000);
    expect(polls.at(1)).toContain("cursor=p1&wait=25");
    expect(Wire.opened.length).toBeGreaterThan(3);
  });

  test("a poll that is refused for want of a session means: log in again", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 401 })));
    const run = feedWith().run();
    const ended = expect(run).rejects.toThrow(SignedOut);
    for (let refusal = 0; refusal < 3; refusal += 1) {
      await settle(10_000);
      Wire.last.drops();
    }
    await settle(20_000);
    await ended;
  });
});

test("G9: waits are spread over everything below a ceiling that grows to ten seconds", () => {
  const ceilings = Array.from({ length: 8 }, (_, attempt) => jitteredDelay(attempt, () => 1));
  expect(ceilings).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000, 10_000]);
  expect(jitteredDelay(5, () => 0)).toBe(0);
});

test("frames that are no frames are ignored", () => {
  for (const text of ["", "null", "[]", '"hello"', "{", '{"type":"unheard"}', '{"type":{"a":1}}', 7]) {
    expect(parseFrame(text)).toBeNull();
  }
  expect(parseFrame('{"type":"ping"}')).toEqual({ type: "ping" });
});
