import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { ConversationDetails, Person } from "../src/api/types";
import { placeOf } from "../src/deliveries/filter";
import Details from "../src/details/Details";
import { details as words } from "../src/details/words";
import { applyFrames, claimTerm } from "../src/sync/apply";
import { ClientContext, type Client } from "../src/sync/client";
import { freshClient, settle } from "./client";
import { at, attendee, channel, conversation } from "./rows";

const PERSON: Person = {
  id: "7",
  channel_id: "1",
  attendee: attendee("7", { name: "Ana", phone: "+5511987654321" }),
  may_decide: true,
  may_erase: false,
  names: [{ name: "Ana", source: "push_name", since: at(1), given_by: null, delivery_id: "d-1" }],
  ids: [
    { attendee_id: "7", provider_id: "7@lid", kind: "lid", phone: "+5511987654321", public_identifier: null, proofs: [{ beside: "5511987654321", delivery_id: "d-2" }], joined_by: null, joined_at: null },
    { attendee_id: "8", provider_id: "5511987654321@s.whatsapp.net", kind: "phone", phone: "+5511987654321", public_identifier: null, proofs: [], joined_by: null, joined_at: null },
  ],
  kept_apart: [],
  proposals: [{ attendee: attendee("9", { name: "Ana S." }), reason: "brazil_ninth_digit", phone: "+5511987654321", other_phone: "+551187654321" }],
  conversations: [conversation("1")],
  first_contact_at: at(1),
};
const CHAT: ConversationDetails = { id: "1", may_decide: true, may_erase: false, names: ["7@lid"], parts: [], kept_apart: [], person: PERSON };

let client: Client;
let answers: Record<string, unknown>;
let asked: { path: string; body: unknown }[];

beforeEach(async () => {
  client = await freshClient();
  asked = [];
  answers = { "chats/1/details/": CHAT };
  vi.stubGlobal("fetch", (path: string, options: RequestInit) => {
    asked.push({ path, body: typeof options.body === "string" ? JSON.parse(options.body) : null });
    const found = Object.entries(answers).find(([end]) => path.endsWith(end));
    if (found === undefined) return Promise.reject(new TypeError("no network"));
    return Promise.resolve(new Response(JSON.stringify(found[1]), { status: "code" in (found[1] as object) ? 403 : 200 }));
  });
});

afterEach(() => {
  cleanup();
  client.engine.stop();
  vi.unstubAllGlobals();
});

async function opened(rows: object, onClose = vi.fn()): Promise<void> {
  const writer = { side: 0, term: await claimTerm(client.db) } as const;
  const all = { channel: [channel("1")], ...rows };
  await applyFrames(client.db, writer, [{ type: "changes", rows: all, gone: [], more: false, cursor: "c" }], null, 0);
  render(
    <ClientContext value={client}>
      <Details conversationId="1" onClose={onClose} />
    </ClientContext>,
  );
  await waitFor(() => {
    expect(asked.length).toBeGreaterThan(0);
    expect(screen.queryByText(words.loading)).toBeNull();
  });
  await settle(client);
}

const DIRECT = { conversation: [conversation("1", { contact_id: "7" })], attendee: [PERSON.attendee] };

async function press(name: string | RegExp): Promise<void> {
  fireEvent.click(screen.getByRole("button", { name }));
  await settle(client);
}

function deliveryBehind(link: HTMLElement): string | null {
  const path = link.getAttribute("href") ?? "";
  return placeOf(path.slice(path.indexOf("?"))).delivery;
}

test("a person is shown with the source of each name and the proof of each link", async () => {
  await opened(DIRECT);
  const names = within(screen.getByRole("region", { name: words.name }));
  expect(names.getByText("Ana")).toBeDefined();
  expect(deliveryBehind(names.getByRole("link"))).toBe("d-1");
  const known = within(screen.getByRole("region", { name: words.alsoKnown }));
  expect(deliveryBehind(known.getByRole("link"))).toBe("d-2");
  expect(screen.getByText(/ninth digit/)).toBeDefined();
});

test("a proposal is answered, and the answer is shown", async () => {
  await opened(DIRECT);
  answers["people/7/decisions/"] = { ...PERSON, proposals: [] };
  await press(/^Same person/);
  expect(asked.at(-1)?.body).toEqual({ other_attendee_id: "9", verdict: "same" });
  await waitFor(() => {
    expect(screen.queryByText(/ninth digit/)).toBeNull();
  });
});

test("a refusal is said and changes nothing", async () => {
  await opened(DIRECT);
  answers["people/8/decisions/"] = { code: "not_permitted", detail: "Only an administrator can." };
  await press(/^Not the same person.*7@lid/);
  expect((await screen.findByRole("alert")).textContent).toBe(`${words.notDone} Only an administrator can.`);
  expect(screen.getByRole("region", { name: words.alsoKnown })).toBeDefined();
});

test("a member sees what is known and is not offered to decide", async () => {
  answers["chats/1/details/"] = { ...CHAT, may_decide: false, person: { ...PERSON, may_decide: false } };
  await opened(DIRECT);
  expect(screen.queryByRole("button", { name: /same/i })).toBeNull();
  expect(screen.getByText(words.onlyAdministrators)).toBeDefined();
  expect(screen.getByRole("button", { name: words.editName })).toBeDefined();
});

test("a conversation that is joined with an older one leads there", async () => {
  const older = conversation("2", { name: "Ana on her old number" });
  answers["chats/1/details/"] = { ...CHAT, person: { ...PERSON, conversations: [conversation("1"), older] } };
  await opened(DIRECT);
  answers["chats/1/decisions/"] = { ...CHAT, id: "2" };
  await press(/^Join with this one/);
  await waitFor(() => {
    expect(location.pathname).toBe("/inbox/chats/2");
  });
  expect(asked.at(-1)?.body).toEqual({ other_conversation_id: "2", verdict: "same" });
});

test("without the server it shows what is here, says so, and closes on Escape", async () => {
  answers = {};
  const close = vi.fn();
  await opened(DIRECT, close);
  expect(screen.getByRole("alert").textContent).toContain(words.unreachable);
  expect(screen.getByText("+5511987654321")).toBeDefined();
  fireEvent.keyDown(screen.getByRole("complementary"), { key: "Escape" });
  expect(close).toHaveBeenCalledOnce();
});

test("a group lists each person once, others before ourselves", async () => {
  const people = [attendee("7", { name: "Zoe" }), attendee("8", { name: "Zoe", same_as_id: "7" }), attendee("9", { name: "Al" }), attendee("10", { name: "Me", is_self: true })];
  answers["chats/1/details/"] = { ...CHAT, person: null, may_erase: true };
  answers["chats/1/members/"] = {
    attendees: people,
    items: people.map((one) => ({ id: `1${one.id}`, channel_id: "1", conversation_id: "1", attendee_id: one.id, version: "1" })),
  };
  await opened({ conversation: [conversation("1", { kind: "group", contact_id: null })] });
  const list = within(await screen.findByRole("region", { name: words.members(3) }));
  // What cannot be undone comes last.
  expect(screen.getAllByRole("region").map((region) => region.getAttribute("aria-label"))).toEqual([words.members(3), words.eraseTitle]);
  expect(list.getAllByRole("listitem").map((one) => one.textContent)).toEqual(["ALAl", "ZOZoe", `MEMe${words.youMark}`]);

  await press(/Zoe/);
  expect(document.activeElement).toBe(screen.getByRole("button", { name: words.back }));
  fireEvent.keyDown(screen.getByRole("complementary"), { key: "Escape" });
  expect(document.activeElement).toBe(screen.getByRole("button", { name: words.close }));
  expect(await screen.findByRole("region", { name: words.members(3) })).toBeDefined();
});

const PREVIEW = { kind: "conversation", messages: 12, conversations: 1, files: 3, oldest_at: at(1), newest_at: at(2) };

async function eraseOffered(): Promise<HTMLInputElement> {
  answers["chats/1/details/"] = { ...CHAT, may_erase: true };
  answers["chats/1/erasure/"] = PREVIEW;
  await opened(DIRECT);
  expect(screen.queryByRole("button", { name: new RegExp(words.erase.person) })).toBeNull();
  await press(new RegExp(words.erase.conversation));
  return await screen.findByLabelText(words.eraseType);
}

test("a conversation is erased only once what goes was read and the word is typed", async () => {
  const field = await eraseOffered();
  expect(screen.getByText(words.eraseGoes.conversation(12, 3))).toBeDefined();
  expect(screen.getByText(words.eraseStays.conversation)).toBeDefined();
  const go = screen.getByRole<HTMLButtonElement>("button", { name: words.eraseGo });
  fireEvent.change(field, { target: { value: "erase it" } });
  expect(go.disabled).toBe(true);
  fireEvent.change(field, { target: { value: " erase " } });
  answers["chats/1/erasure/"] = { id: "3", kind: "conversation", messages: 12, deliveries: 1, erased_by: "owner", began_at: at(2), ended_at: at(2) };
  await press(words.eraseGo);
  expect((await screen.findByText(words.erased(12, 1))).getAttribute("role")).toBe("status");
  expect(asked.filter((one) => one.path.endsWith("erasure/")).at(-1)?.body).toEqual({ confirmation: "erase" });
});

test("an erasure that is refused says so and can be tried again", async () => {
  const field = await eraseOffered();
  fireEvent.change(field, { target: { value: "erase" } });
  answers["chats/1/erasure/"] = { code: "not_permitted", detail: "Only owners of the account can erase." };
  await press(words.eraseGo);
  expect((await screen.findByRole("alert")).textContent).toContain("Only owners of the account can erase.");
  await waitFor(() => {
    expect(screen.getByRole<HTMLButtonElement>("button", { name: words.eraseGo }).disabled).toBe(false);
  });
});

test("what was opened in the pane gives the focus back to what opened it", async () => {
  const field = await eraseOffered();
  fireEvent.keyDown(field, { key: "Escape" });
  expect(document.activeElement).toBe(screen.getByRole("button", { name: new RegExp(words.erase.conversation) }));
  await press(words.editName);
  fireEvent.keyDown(screen.getByLabelText(words.nameLabel), { key: "Escape" });
  expect(document.activeElement).toBe(screen.getByRole("button", { name: words.editName }));
});

test("a user name is told from an id, and nothing is told twice", async () => {
  const ids = [
    { ...PERSON.ids[0], provider_id: "17498824283524034", kind: "other", phone: null, public_identifier: "petra.runs", proofs: [] },
    { ...PERSON.ids[1], phone: "+5511987654321", public_identifier: "5511987654321@s.whatsapp.net" },
  ];
  answers["chats/1/details/"] = { ...CHAT, person: { ...PERSON, ids } };
  await opened(DIRECT);
  const facts = within(screen.getByRole("region", { name: words.numbers }));
  const told = facts.getAllByRole("term").map((term) => `${term.textContent}: ${term.nextElementSibling?.querySelector("bdi")?.textContent}`);
  expect(told).toEqual(["Number: +5511987654321", "Id: 17498824283524034", "User name: petra.runs", "Number: 5511987654321@s.whatsapp.net"]);
});

test("what cannot be looked at is not erased", async () => {
  answers["chats/1/details/"] = { ...CHAT, may_erase: true };
  await opened(DIRECT);
  await press(new RegExp(words.erase.conversation));
  expect((await screen.findByRole("alert")).textContent).toContain(words.unreachable);
  expect(screen.queryByRole("button", { name: words.eraseGo })).toBeNull();
  answers["chats/1/erasure/"] = { ...PREVIEW, messages: 0 };
  await press(words.retry);
  expect(await screen.findByText(words.eraseNothing)).toBeDefined();
});
