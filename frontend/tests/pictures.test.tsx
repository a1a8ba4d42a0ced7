import { cleanup, fireEvent, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { PictureRequests } from "../src/sync/pictures";
import { Avatar } from "../src/ui/Avatar";

interface Asked {
  readonly conversation_ids: readonly string[];
  readonly attendee_ids: readonly string[];
}

const asked: Asked[] = [];
let answers: () => Response | Error = () => new Response(null, { status: 204 });
const session = new AbortController();

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  answers = () => new Response(null, { status: 204 });
  vi.stubGlobal("fetch", (_address: string, init: { body: string }) => {
    asked.push(JSON.parse(init.body) as Asked);
    const answer = answers();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  cleanup();
});

const numbers = (from: number, count: number): string[] => Array.from({ length: count }, (_, index) => String(from + index));

test("everybody shown is asked for once per session, joined, a hundred at a time", async () => {
  const requests = new PictureRequests(session.signal);
  requests.want("attendee", numbers(1, 130));
  requests.want("attendee", ["7", "8"]);
  requests.want("conversation", ["7"]);
  await vi.advanceTimersByTimeAsync(2_000);
  requests.want("attendee", ["1", "130"]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked.map((one) => [one.attendee_ids.length, one.conversation_ids.length])).toEqual([
    [100, 1],
    [30, 0],
  ]);
  expect(new Set(asked.flatMap((one) => one.attendee_ids)).size).toBe(130);
});

test("without a server the question is put again later, and a refusal is not repeated", async () => {
  answers = () => new TypeError("down");
  const requests = new PictureRequests(session.signal);
  requests.want("attendee", ["1"]);
  await vi.advanceTimersByTimeAsync(1_000);
  answers = () => new Response("{}", { status: 403 });
  await vi.advanceTimersByTimeAsync(60_000);
  requests.want("attendee", ["1"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(2);
});

test("initials stand until the picture is whole, and instead of one that cannot be had", () => {
  const { container, rerender } = render(<Avatar name="Ana Martínez" seed="1" picture="/a" />);
  const face = (): Element => container.querySelector("img") ?? container;
  expect(container.textContent).toBe("AM");
  expect(face().className).toContain("coming");
  fireEvent.load(face());
  expect(face().className).toContain("here");
  rerender(<Avatar name="Ana Martínez" seed="1" picture="/b" />);
  expect(face().className).toContain("coming");
  fireEvent.error(face());
  expect(container.querySelector("img")).toBeNull();
  expect(container.textContent).toBe("AM");
});
