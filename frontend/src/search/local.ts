/** The same search over what this device holds: for people and chats at once, and for messages while the server is away. */
import type { Attendee, Channel, Hit } from "../api/types";
import type { Client } from "../sync/client";
import type { LocalConversation, LocalMessage } from "../sync/rows";
import { heldMessages, heldThreads, knownNames, type KnownNames } from "../sync/searchable";
import { holdsAll, isNamed, snippetOf } from "./finding";
import type { SearchQuery } from "./query";

const MOST_CHATS = 8;
const MOST_HITS = 200;

/** What this device keeps. */
export type Store = Client["db"];

export interface LocalReach {
  readonly messages: number;
  readonly conversations: number;
  /** The time of the oldest message that was looked at. */
  readonly since: string | null;
}

export interface LocalFinds {
  readonly hits: readonly Hit[];
  readonly conversations: readonly LocalConversation[];
  readonly reach: LocalReach;
}

const MYSELF: ReadonlySet<string> = new Set(["me", "you"]);
const isMyself = (name: string): boolean => MYSELF.has(name.toLowerCase());

const calledOf = (row: LocalConversation, contact: Attendee | undefined): string =>
  [row.name, row.title, contact?.name, contact?.phone, contact?.public_identifier].filter(Boolean).join("\n");

/** Chats of that name, the newest first. A search for messages only (one with operators) finds none. */
export async function chatsLocally(db: Store, query: SearchQuery): Promise<LocalConversation[]> {
  const { wanted, sender, recipient, conversation, has, before, after, unread, account } = query;
  const narrowed = [sender, recipient, conversation, has].some((list) => list.length > 0);
  if (wanted.length === 0 || narrowed || before !== null || after !== null || unread) return [];
  const { conversations, people, channels } = await knownNames(db);
  return [...conversations.values()]
    .filter((row) => isOfAccount(channels.get(row.channel_id), account))
    .filter((row) => holdsAll(calledOf(row, people.get(row.contact_id ?? "")), wanted))
    .sort((a, b) => (a.order < b.order ? 1 : -1))
    .slice(0, MOST_CHATS);
}

/** Messages of the stretches that this device holds without holes. */
export async function messagesLocally(db: Store, query: SearchQuery, signal: AbortSignal): Promise<LocalFinds> {
  const world = await knownNames(db);
  let looked = 0;
  let since: string | null = null;
  let found: LocalMessage[] = [];
  for await (const chunk of heldMessages(db)) {
    signal.throwIfAborted();
    for (const row of chunk) {
      looked += 1;
      if (since === null || row.sent_at < since) since = row.sent_at;
      if (row.deleted_at === null && matches(row, query, world)) found.push(row);
    }
  }
  found.sort((a, b) => (a.position < b.position ? 1 : -1));
  if (query.unread) found = newestUnread(found, world);
  const shown = found.slice(0, MOST_HITS);
  const named = new Set(shown.map((row) => row.conversation_id));
  return {
    hits: shown.map((row) => hitOf(row, query)),
    conversations: [...world.conversations.values()].filter((row) => named.has(row.id)),
    reach: { messages: looked, conversations: await heldThreads(db), since },
  };
}

function isOfAccount(channel: Channel | undefined, names: readonly string[]): boolean {
  return names.length === 0 || names.some((name) => channel?.provider === name.toLowerCase() || isNamed(channel?.name ?? "", name));
}

function matches(row: LocalMessage, query: SearchQuery, world: KnownNames): boolean {
  const chat = world.conversations.get(row.conversation_id);
  if (chat === undefined) return false;
  if (query.before !== null && row.sent_at >= query.before) return false;
  if (query.after !== null && row.sent_at < query.after) return false;
  if (query.unread && row.direction !== "inbound") return false;
  if (!query.has.every((kind) => has(row, kind))) return false;
  if (!isOfAccount(world.channels.get(row.channel_id), query.account)) return false;
  if (query.sender.length > 0 && !query.sender.some((name) => isFrom(row, name, world))) return false;
  const named = (name: string): boolean =>
    name === `#${chat.id}` || isNamed(calledOf(chat, world.people.get(chat.contact_id ?? "")), name);
  if (query.conversation.length > 0 && !query.conversation.some(named)) return false;
  if (query.recipient.length > 0) {
    const fits = query.recipient.some((name) => (isMyself(name) ? row.direction === "inbound" : row.direction === "outbound" && named(name)));
    if (!fits) return false;
  }
  return query.wanted.length === 0 ? asksAnything(query) : holdsAll([withNames(row), ...fileNames(row)].join("\n"), query.wanted);
}

function asksAnything(query: SearchQuery): boolean {
  const { sender, recipient, conversation, account, has: kinds, before, after, unread } = query;
  return unread || before !== null || after !== null || [sender, recipient, conversation, account, kinds].some((list) => list.length > 0);
}

function isFrom(row: LocalMessage, name: string, world: KnownNames): boolean {
  if (isMyself(name)) return row.direction === "outbound";
  const person = world.people.get(row.sender_id ?? "");
  return isNamed([row.sender_name, person?.name, person?.phone, person?.public_identifier].filter(Boolean).join("\n"), name);
}

function has(row: LocalMessage, kind: string): boolean {
  if (kind === "link") return /:\/\/|www\./iu.test(row.text);
  return row.kind === kind || row.attachments.some((part) => part.kind === kind);
}

/** Of each chat as many of its newest inbound messages as it has unread ones. */
function newestUnread(newestFirst: readonly LocalMessage[], world: KnownNames): LocalMessage[] {
  const left = new Map([...world.conversations.values()].map((row) => [row.id, row.shown_unread]));
  return newestFirst.filter((row) => {
    const count = left.get(row.conversation_id) ?? 0;
    left.set(row.conversation_id, count - 1);
    return count > 0;
  });
}

const fileNames = (row: LocalMessage): string[] => row.attachments.flatMap((part) => (part.name === null ? [] : [part.name]));

/** Names in the place of the tokens that stand for people. */
function withNames({ text, mentions, kind }: LocalMessage): string {
  const sign = kind === "event" ? "" : "@";
  return mentions.reduce((told, { token, name }) => (name === null ? told : told.replaceAll(token, `${sign}${name}`)), text);
}

function hitOf(row: LocalMessage, query: SearchQuery): Hit {
  const { id, conversation_id, channel_id, direction, kind, sender_id, sender_name, sent_at } = row;
  const snippet = snippetOf(withNames(row), fileNames(row), query.wanted);
  return { message_id: id, conversation_id, channel_id, direction, kind, sender_id, sender_name, sent_at, snippet };
}
