import { cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Mention } from "../src/api/types";
import { Bubble } from "../src/inbox/Bubble";
import { ConversationRow } from "../src/inbox/ConversationRow";
import { previewOf } from "../src/inbox/preview";
import { applyFrames, beginSide, claimTerm } from "../src/sync/apply";
import { ClientContext, type Client } from "../src/sync/client";
import { toLocal } from "../src/sync/rows";
import { freshClient, settle } from "./client";
import { attendee, channel, conversation, message } from "./rows";

const LID = "{{140000000000001@lid}}";
const PHONE = "{{33600000001@s.whatsapp.net}}";
const mention = (token: string, fields: Partial<Mention> = {}): Mention => ({ token, attendee_id: null, name: null, is_own: false, ...fields });

let client: Client;

beforeEach(async () => {
  client = await freshClient();
});

afterEach(() => {
  cleanup();
  client.engine.stop();
});

const settled = (): Promise<void> => settle(client);

async function drawn(fields: Parameters<typeof message>[1]): Promise<HTMLElement> {
  const row = toLocal.message(message("1", fields));
  const { container } = render(
    <ClientContext value={client}>
      <Bubble message={row} startsGroup endsGroup named={false} />
    </ClientContext>,
  );
  await settled();
  return container;
}

test("a token is shown as a name, is no address, and the rest keeps its form", async () => {
  const text = `*hello ${LID}*, call ${PHONE} or ana@example.org`;
  const box = await drawn({ text, mentions: [mention(LID, { name: "*Ana* <b>" }), mention(PHONE, { name: "+33600000001" })] });
  expect(box.querySelector(".formatted-words")?.textContent).toBe("hello @*Ana* <b>, call @+33600000001 or ana@example.org");
  expect([...box.querySelectorAll("a")].map((link) => link.textContent)).toEqual(["ana@example.org"]);
  expect(box.querySelector("strong .mention")).not.toBeNull();
});

test("a better name learned later replaces the one the message came with", async () => {
  const box = await drawn({ text: LID, mentions: [mention(LID, { attendee_id: "7", name: "+420600000001" })] });
  expect(box.querySelector(".mention")?.textContent).toBe("@+420600000001");
  const writer = { side: 0, term: await claimTerm(client.db) } as const;
  const page = { items: [], attendees: [attendee("7", { name: "Bea" })], next_cursor: null };
  await beginSide(client.db, writer, { feedCursor: "c", channels: [channel("1")], page, now: 0 }, true);
  await settled();
  expect(box.querySelector(".mention")?.textContent).toBe("@Bea");
});

test("an event line names people, and one without words says what happened", async () => {
  const mentions = [mention(LID, { is_own: true }), mention(PHONE)];
  const line = await drawn({ kind: "event", event: "member_added", text: `${LID} added ${PHONE}`, mentions });
  expect(line.querySelector(".event")?.textContent.replace(/[\u2068\u2069]/gu, "")).toContain("You added someone");
  const call = await drawn({ kind: "event", event: "missed_call", text: "" });
  expect(call.querySelector(".event")?.textContent).toContain("Missed voice call");
});

test("a preview shows names as well", () => {
  const last = { id: "1", direction: "inbound", kind: "text", event: null, sender_name: null, status: null } as const;
  const told = { ...last, text: `hi ${LID}`, mentions: [mention(LID, { name: "Ana" })] };
  expect(previewOf(conversation("1", { last_message: told })).text).toBe("hi Ana");
  const call = { ...last, kind: "event", event: "missed_call", text: "", mentions: [] } as const;
  expect(previewOf(conversation("1", { last_message: call })).text).toBe("Missed voice call");
});

test("a name learned later is in the preview of the list, without a change of its conversation", async () => {
  const last = { id: "1", direction: "inbound", kind: "text", event: null, sender_name: null, status: null } as const;
  const told = { ...last, text: `hi ${LID}`, mentions: [mention(LID, { attendee_id: "7", name: "+420600000001" })] };
  const writer = { side: 0, term: await claimTerm(client.db) } as const;
  const page = { items: [conversation("1", { last_message: told })], attendees: [attendee("7", { name: "" })], next_cursor: null };
  await beginSide(client.db, writer, { feedCursor: "c", channels: [channel("1")], page, now: 0 }, true);
  client.rows.watch(["1"]);
  const { container } = render(
    <ClientContext value={client}>
      <ConversationRow id="1" index={0} total={1} height={72} active={false} open={false} now={new Date(0)} onOpen={vi.fn()} />
    </ClientContext>,
  );
  await settled();
  expect(container.querySelector(".row-preview")?.textContent).toBe("hi +420600000001");
  const rows = { attendee: [attendee("7", { name: "Bea", version: "2" })] };
  await applyFrames(client.db, writer, [{ type: "changes", rows, more: false, cursor: "d" }], null, 0);
  await settled();
  expect(container.querySelector(".row-preview")?.textContent).toBe("hi Bea");
});
