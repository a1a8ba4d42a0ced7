/** The server's side of docs/protocol.md in memory, behind `fetch`: what the sync engine is tested against. */
import { vi } from "vitest";

import type { Channel, Conversation, Draft, Entity, Gone, Message, Rows } from "../src/api/types";
import { conversationOrder, messagePosition } from "../src/sync/rows";
import { message } from "./rows";

interface Change {
  readonly version: number;
  readonly rows: Rows;
  readonly gone: readonly Gone[];
}

export class FakeServer {
  readonly channels = new Map<string, Channel>();
  readonly conversations = new Map<string, Conversation>();
  readonly messages = new Map<string, Message>();
  readonly drafts: Draft[] = [];
  readonly requests: string[] = [];
  readonly readMarks: { conversationId: string; messageId: string }[] = [];
  /** Messages that were accepted, in their order. */
  readonly sent: { readonly client_id: string; readonly conversation_id: string; readonly text: string }[] = [];
  /** The key of each call that brought a message. */
  readonly keys: string[] = [];
  /** What each of them asked for. */
  readonly bodies: Readonly<Record<string, unknown>>[] = [];
  /** Whatever else was wanted. */
  readonly wishes: { readonly path: string; readonly body: Readonly<Record<string, unknown>> }[] = [];
  /** What the next calls that write are refused with. */
  refuse: { readonly status: number; readonly code: string; readonly retryAfter?: string; times: number } | null = null;
  /** So many accepted calls are never answered. */
  loseAnswers = 0;
  /** What asking upstream for older messages of a chat comes to. */
  older: (chatId: string, fromPhone: boolean) => unknown = () => ({});
  reachable = true;
  /** After so many answers the network is gone. */
  answersLeft = Infinity;
  pageSize = 50;
  #version = 100;
  readonly #changes: Change[] = [];

  start(): void {
    vi.stubGlobal("fetch", (address: string, init: RequestInit) => this.#answer(new URL(address, "http://x"), init));
  }

  get version(): string {
    return String(this.#version);
  }

  /** Commits rows under a new version, as one transaction of the server does. */
  write<E extends "channel" | "conversation" | "message">(entity: E, row: NonNullable<Rows[E]>[number]): void {
    this.#version += 1;
    const stamped = { ...row, version: this.version };
    this.#table(entity).set(row.id, stamped);
    this.#changes.push({ version: this.#version, rows: { [entity]: [stamped] }, gone: [] });
  }

  /** Older than everything held: version 0, in no feed. */
  writeQuietly(row: Message): void {
    this.messages.set(row.id, { ...row, version: "0" });
  }

  remove(entity: "channel" | "conversation" | "message", id: string): void {
    this.#version += 1;
    this.#table(entity).delete(id);
    this.#changes.push({ version: this.#version, rows: {}, gone: [{ entity, id, version: this.version }] });
  }

  changesSince(cursor: string): { rows: Rows; gone: Gone[]; cursor: string } {
    const since = Number(cursor);
    const rows: Partial<Record<Entity, unknown[]>> = {};
    const gone: Gone[] = [];
    for (const change of this.#changes.filter((one) => one.version > since)) {
      for (const [entity, list] of Object.entries(change.rows)) (rows[entity as Entity] ??= []).push(...list);
      gone.push(...change.gone);
    }
    return { rows: rows as Rows, gone, cursor: this.version };
  }

  #table(entity: "channel" | "conversation" | "message"): Map<string, unknown> {
    return { channel: this.channels, conversation: this.conversations, message: this.messages }[entity];
  }

  async #answer(url: URL, init: RequestInit): Promise<Response> {
    const { pathname: path, searchParams: search } = url;
    this.requests.push(`${init.method ?? "GET"} ${path}${url.search}`);
    await Promise.resolve();
    this.answersLeft -= 1;
    if (!this.reachable || this.answersLeft < 0) throw new TypeError("no network");
    const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
    const writes = /\/whatsapp\/chats\/(\d+)\/(?!read\/)(.*)$/.exec(path);
    if (writes !== null && (init.method ?? "GET") !== "GET") return this.#write(writes[1] ?? "", writes[2] ?? "", init);
    if (path.endsWith("/session/")) return json({ user: null, demo: false, csrf_token: "t" });
    if (path.endsWith("/changes/")) return json({ type: "changes", more: false, cursor: this.version });
    if (path.endsWith("/drafts/")) return json({ items: this.drafts });
    if (path.endsWith("/channels/")) return json({ items: [...this.channels.values()] });
    const asked = /\/chats\/(\d+)\/older\/$/.exec(path);
    if (asked !== null) {
      const { from_phone } = JSON.parse(typeof init.body === "string" ? init.body : "{}") as { from_phone: boolean };
      return json(this.older(asked[1] ?? "", from_phone));
    }
    const chat = /\/chats\/(\d+)\/(messages\/|read\/)?$/.exec(path);
    if (chat === null) return json(this.#conversationPage(search));
    const row = this.conversations.get(chat[1] ?? "");
    if (row === undefined) return json({ code: "not_found", detail: "There is no such conversation." }, 404);
    if (chat[2] === "messages/") return json(this.#messagePage(row.id, search));
    if (chat[2] === "read/") return json(this.#read(row, init));
    return json(row);
  }

  #write(conversationId: string, path: string, init: RequestInit): Response {
    if (this.refuse !== null && this.refuse.times > 0) {
      const { status, code, retryAfter } = this.refuse;
      this.refuse.times -= 1;
      const headers = retryAfter === undefined ? {} : { "Retry-After": retryAfter };
      return new Response(JSON.stringify({ code, detail: "Not so." }), { status, headers });
    }
    const body = JSON.parse(typeof init.body === "string" ? init.body : "{}") as Record<string, unknown>;
    const conversation = this.conversations.get(conversationId);
    if (conversation === undefined) return new Response("{}", { status: 404 });
    const answer = path === "messages/" ? this.#accept(conversation, body) : this.#wish(conversation, path, body);
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1;
      throw new TypeError("cut off");
    }
    return answer === null ? new Response(null, { status: 204 }) : new Response(JSON.stringify(answer), { status: 201 });
  }

  #accept(conversation: Conversation, body: Record<string, unknown>): Message {
    const { client_id, text } = body as { client_id: string; text: string };
    this.keys.push(client_id);
    this.bodies.push(body);
    const known = [...this.messages.values()].find((row) => row.client_id === client_id);
    if (known !== undefined) return known;
    this.sent.push({ client_id, conversation_id: conversation.id, text });
    const id = String(9_000 + this.sent.length);
    const row = message(id, { client_id, conversation_id: conversation.id, text, direction: "outbound", origin: "us", status: "pending" });
    this.write("message", row);
    return this.messages.get(id) ?? row;
  }

  #draft(conversation: Conversation, body: Record<string, unknown>): Draft | null {
    const { text } = body as { text: string };
    const { id, channel_id } = conversation;
    this.#version += 1;
    return text === "" ? null : { id, conversation_id: id, channel_id, text, updated_at: new Date().toISOString(), version: this.version };
  }

  #wish(conversation: Conversation, path: string, body: Record<string, unknown>): unknown {
    this.wishes.push({ path, body });
    if (path === "draft/") return this.#draft(conversation, body);
    const id = /^messages\/(\d+)\//.exec(path)?.[1];
    if (id !== undefined) return this.messages.get(id) ?? null;
    const change = Object.fromEntries(Object.entries(body).filter(([name]) => name !== "client_id"));
    this.write("conversation", { ...conversation, ...change });
    return this.conversations.get(conversation.id);
  }

  #page<T>(sorted: readonly T[], place: (row: T) => string, search: URLSearchParams): unknown {
    const limit = Math.min(Number(search.get("limit") ?? "50"), this.pageSize);
    const before = search.get("cursor");
    const rest = before === null ? sorted : sorted.filter((row) => place(row) < before);
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return { items, attendees: [], next_cursor: rest.length > limit && last !== undefined ? place(last) : null };
  }

  #conversationPage(search: URLSearchParams): unknown {
    const wanted = search.get("channel_id");
    const rows = [...this.conversations.values()].filter((row) => wanted === null || row.channel_id === wanted);
    const sorted = rows.sort((a, b) => (conversationOrder(a) < conversationOrder(b) ? 1 : -1));
    return this.#page(sorted, conversationOrder, search);
  }

  #messagePage(conversationId: string, search: URLSearchParams): unknown {
    const rows = [...this.messages.values()].filter((row) => row.conversation_id === conversationId);
    const sorted = rows.sort((a, b) => (messagePosition(a) < messagePosition(b) ? 1 : -1));
    const around = rows.find((row) => row.id === search.get("around"));
    const upward = search.get("cursor")?.startsWith("newer:") === true;
    if (around === undefined && !upward) return { ...(this.#page(sorted, messagePosition, search) as object), newer_cursor: null };
    const size = Math.min(Number(search.get("limit") ?? "50"), this.pageSize);
    const place = around === undefined ? (search.get("cursor") ?? "").slice("newer:".length) : messagePosition(around);
    const above = sorted.filter((row) => messagePosition(row) > place).slice(-size);
    const below = upward ? [] : sorted.filter((row) => messagePosition(row) <= place).slice(0, size);
    const items = [...above, ...below];
    const [first, last] = [items[0], items.at(-1)];
    return {
      items,
      attendees: [],
      newer_cursor: first === undefined || first === sorted[0] ? null : `newer:${messagePosition(first)}`,
      next_cursor: upward || last === undefined || last === sorted.at(-1) ? null : messagePosition(last),
    };
  }

  #read(row: Conversation, init: RequestInit): Conversation | undefined {
    const { message_id } = JSON.parse(typeof init.body === "string" ? init.body : "{}") as { message_id: string };
    this.readMarks.push({ conversationId: row.id, messageId: message_id });
    this.write("conversation", { ...row, unread_count: 0 });
    return this.conversations.get(row.id);
  }
}
