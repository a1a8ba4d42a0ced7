import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useEffect } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { HistoryRun } from "../src/api/schema";
import { ThreadEdge } from "../src/inbox/ThreadEdge";
import { useOlder, type Older } from "../src/inbox/useOlder";
import { useThreadWindow } from "../src/inbox/useThreadWindow";
import { words } from "../src/lib/words";
import { claimTerm } from "../src/sync/apply";
import { ClientContext, useLive, type Client } from "../src/sync/client";
import { firstLoad } from "../src/sync/load";
import { conversation as readConversation } from "../src/sync/queries";
import type { LocalConversation } from "../src/sync/rows";
import { freshClient } from "./client";
import { FakeServer } from "./fakeServer";
import { at, channel, conversation, historyRun, message } from "./rows";
import { eventually } from "./store";

let server: FakeServer;
let client: Client;
let older: Older;

beforeEach(async () => {
  server = new FakeServer();
  server.start();
  server.write("channel", channel("1"));
  server.write("conversation", conversation("1"));
  for (const id of ["501", "502"]) server.write("message", message(id));
  client = await freshClient();
  const { db, engine } = client;
  await firstLoad(db, await claimTerm(db), new AbortController().signal);
  engine.status.set({ phase: "live" });
});

afterEach(() => {
  cleanup();
  client.engine.stop();
  vi.unstubAllGlobals();
});

const asked = (): string[] => server.requests.filter((request) => request.includes("/older/"));

/** The run of a chat that upstream answered with these messages. */
function upstreamHas(ids: readonly string[], isWhole: boolean, fields: Partial<HistoryRun> = {}): void {
  server.older = () => {
    for (const id of ids) server.writeQuietly(message(id, { found_by: "history", sent_at: at(Number(id)) }));
    const row = server.conversations.get("1") ?? conversation("1");
    const history_revision = row.history_revision + (ids.length > 0 ? 1 : 0);
    server.write("conversation", { ...row, history: { since: null, is_whole: isWhole }, history_revision });
    return historyRun({ chat_id: "1", state: "done", found: ids.length, stored: ids.length, ...fields });
  };
}

function Edge({ row }: { readonly row: LocalConversation }) {
  const view = useThreadWindow("1", 0, null);
  const { messages, complete, extendUp } = view;
  const mine = useOlder(row, view);
  useEffect(() => {
    older = mine;
    extendUp();
  }, [mine, messages, complete, extendUp]);
  return (
    <>
      <ThreadEdge view={view} older={mine} hasPhone />
      <output>{messages?.map(({ id }) => id).join(" ")}</output>
    </>
  );
}

function Opened() {
  const row = useLive(readConversation, "1");
  return row ? <Edge row={row} /> : null;
}

async function opened(): Promise<void> {
  render(
    <ClientContext value={client}>
      <Opened />
    </ClientContext>,
  );
  await screen.findByRole("button", { name: words.thread.askUpstream });
}

const drawnMessages = (): string | null => document.querySelector("output")?.textContent ?? null;

test("what upstream has is asked for once where the beginning is looked at, page by page, up to the true one", async () => {
  await opened();
  upstreamHas(["301", "302"], false);
  act(() => {
    older.reach();
    older.reach();
  });
  await eventually(() => {
    expect(drawnMessages()).toBe("301 302 501 502");
  });
  expect(asked()).toHaveLength(1);
  upstreamHas(["101"], true);
  await screen.findByRole("button", { name: words.thread.askUpstream });
  act(() => {
    older.reach();
  });
  await eventually(() => {
    expect(drawnMessages()).toBe("101 301 302 501 502");
  });
  await screen.findByText(words.thread.beginning);
  act(() => {
    older.reach();
  });
  expect(asked()).toHaveLength(2);
});

test("the phone is asked only by a press, and may have none", async () => {
  await opened();
  upstreamHas([], true);
  fireEvent.click(screen.getByRole("button", { name: words.thread.askUpstream }));
  const phone = await screen.findByRole("button", { name: words.thread.askPhone });
  const wishes: boolean[] = [];
  const answer = server.older;
  server.older = (chat, fromPhone) => {
    wishes.push(fromPhone);
    return answer(chat, fromPhone);
  };
  fireEvent.click(phone);
  await screen.findByText(new RegExp(words.thread.phoneHasNone));
  expect(wishes).toEqual([true]);
});

test("why it was not asked is said, and asked again only by a press", async () => {
  await opened();
  upstreamHas([], false, { state: "failed", reason: "The account is not connected." });
  act(() => {
    older.reach();
  });
  await screen.findByText(/The account is not connected/);
  act(() => {
    older.reach();
  });
  expect(asked()).toHaveLength(1);
  upstreamHas(["301"], true);
  fireEvent.click(screen.getByRole("button", { name: words.retry }));
  await eventually(() => {
    expect(drawnMessages()).toBe("301 501 502");
  });
});
