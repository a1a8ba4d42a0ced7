import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { Inbox } from "../src/inbox/Inbox";
import { rowWords } from "../src/inbox/rowMenu/rowWords";
import { beginSide, claimTerm } from "../src/sync/apply";
import { ClientContext, type Client } from "../src/sync/client";
import { readPreferences } from "../src/sync/device";
import { isolated } from "../src/lib/text";
import { freshClient } from "./client";
import { at, channel, conversation } from "./rows";

let client: Client;

beforeEach(async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  client = await freshClient();
  client.outbox.start();
  const term = await claimTerm(client.db);
  const items = ["Ana", "Bea", "Gil", "Rui"].map((name, index) =>
    conversation(String(index + 1), { name, last_message_at: at(9 - index), unread_count: 1 }),
  );
  const page = { items, attendees: [], next_cursor: null };
  await beginSide(client.db, { side: 0, term }, { feedCursor: "c", channels: [channel("1")], page, now: 0 }, true);
});

afterEach(() => {
  // The inbox remembers where the focus was when it was left.
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  cleanup();
  client.outbox.stop();
  client.engine.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const nothing = (): void => undefined;
const inbox = (conversationId: string | null) => (
  <ClientContext value={client}>
    <Inbox conversationId={conversationId} target={null} preferences={readPreferences()} onHelp={nothing} onSettings={nothing} />
  </ClientContext>
);

async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) {
    await act(async () => {
      await client.db.side(0).conversation.count();
      await client.db.outbox.drafts.count();
      await new Promise((resolve) => setTimeout(resolve, 0));
    });
  }
}

async function press(...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    fireEvent.keyDown(document.activeElement ?? document.body, { key });
    await settle();
  }
}

function pass(milliseconds: number): void {
  act(() => {
    vi.advanceTimersByTime(milliseconds);
  });
}

const shown = (): string[] => screen.getAllByRole("option").map((row) => row.getAttribute("aria-label")?.split(",")[0] ?? "");
const chosen = (): string | undefined => document.querySelector(".row-active")?.getAttribute("aria-label")?.split(",")[0];
const offered = (): string => document.querySelector(".undo-place")?.textContent ?? "";
const said = (name: string): string => `${rowWords.archived(isolated(name))} ${rowWords.undo}`;

describe("archiving by keys", () => {
  beforeEach(async () => {
    render(inbox(null));
    await settle();
    await press("j", "j");
  });

  test("goes through the list: whoever stands where the archived one stood is next", async () => {
    expect(chosen()).toBe("Bea");
    await press("e");
    expect([shown(), chosen()]).toEqual([["Ana", "Gil", "Rui"], "Gil"]);
    await press("e", "e");
    expect([shown(), chosen()]).toEqual([["Ana"], "Ana"]);
  });

  test("can be undone by a key and by a button, which says what was archived", async () => {
    await press("e");
    expect(offered()).toBe(said("Bea"));
    await press("z");
    expect([shown(), chosen(), offered()]).toEqual([["Ana", "Bea", "Gil", "Rui"], "Bea", ""]);
    await press("z");
    expect(shown()).toContain("Bea");
    await press("e", "e");
    expect(offered()).toBe(said("Gil"));
    fireEvent.click(screen.getByRole("button", { name: rowWords.undo }));
    await settle();
    expect([shown(), offered()]).toEqual([["Ana", "Gil", "Rui"], ""]);
    expect(document.activeElement?.getAttribute("role")).toBe("listbox");
  });

  test("is offered to be undone for a while, and for as long as somebody is about to", async () => {
    await press("e");
    vi.useFakeTimers();
    const undo = screen.getByRole("button", { name: rowWords.undo });
    act(() => {
      undo.focus();
    });
    pass(60_000);
    expect(offered()).toBe(said("Bea"));
    act(() => {
      undo.blur();
    });
    pass(7_999);
    expect(offered()).toBe(said("Bea"));
    pass(1);
    expect(offered()).toBe("");
  });
});

test("what is found by its name is what Enter opens, wherever the list stood", async () => {
  render(inbox(null));
  await settle();
  await press("j");
  const field = screen.getByRole("searchbox");
  fireEvent.change(field, { target: { value: "a" } });
  await settle();
  expect(shown()).toEqual(["Ana", "Bea"]);
  fireEvent.keyDown(field, { key: "Enter" });
  expect(location.pathname).toBe("/inbox/chats/1");
});

test("of the unread ones, the one that is read stays until it is left", async () => {
  const { rerender } = render(inbox(null));
  await settle();
  fireEvent.click(screen.getByRole("button", { name: /^Unread/ }));
  await settle();
  fireEvent.click(screen.getByRole("option", { name: /^Bea/ }));
  rerender(inbox("2"));
  await client.db.side(0).conversation.update("2", { shown_unread: 0, unread: 0 });
  await settle();
  expect([shown(), chosen()]).toEqual([["Ana", "Bea", "Gil", "Rui"], "Bea"]);
  rerender(inbox(null));
  await settle();
  expect([shown(), chosen()]).toEqual([["Ana", "Gil", "Rui"], "Gil"]);
});
