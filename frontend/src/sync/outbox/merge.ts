/** What waits in this browser, drawn among the server's rows as if it were there. */
import type { Attachment, Change, Id, User } from "../../api/types";
import type { LocalMessage } from "../rows";
import { isSend, type ChangeWish, type OutboxEntry, type OutgoingFile, type SendEntry } from "./entries";

const LOCAL = "entry:";
/** After every position of a row. */
const AFTER_ALL = "\uffff";

/** The key of the entry that a drawn message stands for; null for a row of the server's. */
export function entryKeyOf(message: Pick<LocalMessage, "id" | "client_id">): string | null {
  return message.id.startsWith(LOCAL) ? message.client_id : null;
}

/** The file that a drawn attachment stands for; null for one of the server's. */
export function outgoingFileId(attachment: Pick<Attachment, "id">): string | null {
  return attachment.id.startsWith(LOCAL) ? attachment.id.slice(LOCAL.length) : null;
}

function fileAsAttachment(file: OutgoingFile): Attachment {
  const { id, kind, name, mime_type, size_bytes, width, height, duration_seconds } = file;
  return {
    id: LOCAL + id,
    kind,
    name,
    mime_type,
    size_bytes,
    width,
    height,
    duration_seconds,
    state: "wanted",
    failure: null,
    url: null,
    thumbnail_url: null,
  };
}

export function entryAsMessage(entry: SendEntry, user: User): LocalMessage {
  const { client_id, wish } = entry;
  const at = new Date(entry.created_at).toISOString();
  return {
    id: LOCAL + client_id,
    channel_id: entry.channel_id,
    conversation_id: entry.conversation_id,
    external_message_id: null,
    client_id,
    direction: "outbound",
    origin: "us",
    sender_id: null,
    sender_name: null,
    kind: wish.files[0]?.kind ?? "text",
    event: null,
    subject: null,
    text: wish.text,
    mentions: [],
    status: entry.state === "failed" ? "failed" : "pending",
    sent_at: at,
    received_at: at,
    found_by: null,
    time_flagged: false,
    edited_at: null,
    deleted_at: null,
    forwarded: false,
    view_once: false,
    quoted: wish.quoted,
    attachments: wish.files.map(fileAsAttachment),
    reactions: [],
    author_id: user.id,
    author_name: user.display_name,
    sending: null,
    changes: [],
    version: String(entry.revision),
    position: AFTER_ALL + client_id,
  };
}

const isChange = (wish: OutboxEntry["wish"]): wish is ChangeWish =>
  wish.kind === "react" || wish.kind === "edit" || wish.kind === "delete";

function entryAsChange(entry: OutboxEntry<ChangeWish>, user: User): Change {
  const { client_id, wish, trouble } = entry;
  return {
    id: LOCAL + client_id,
    client_id,
    kind: wish.kind,
    state: entry.state === "failed" ? "failed" : "waiting",
    emoji: wish.kind === "react" ? wish.emoji : null,
    text: wish.kind === "edit" ? wish.text : null,
    reason_code: trouble?.code ?? null,
    reason: trouble?.message ?? null,
    author_id: user.id,
    created_at: new Date(entry.created_at).toISOString(),
  };
}

function withChanges(message: LocalMessage, entries: readonly OutboxEntry[], user: User): LocalMessage {
  const known = new Set(message.changes.map(({ client_id }) => client_id));
  const wanted = entries.filter(
    (entry): entry is OutboxEntry<ChangeWish> =>
      isChange(entry.wish) && entry.state !== "sent" && entry.wish.message_id === message.id && !known.has(entry.client_id),
  );
  if (wanted.length === 0) return message;
  return { ...message, changes: [...message.changes, ...wanted.map((entry) => entryAsChange(entry, user))] };
}

/**
 * Upstream dates a message when it leaves: what has not left yet goes below what was written before it and has left
 * meanwhile. Ids of what is written here grow with time.
 */
function asWritten(rows: readonly LocalMessage[]): readonly LocalMessage[] {
  const toLeave = rows.filter(({ sending }) => sending?.state === "waiting" || sending?.state === "sending");
  const ordered = [...rows];
  for (const row of toLeave.toSorted((a, b) => ((a.client_id ?? "") < (b.client_id ?? "") ? -1 : 1))) {
    const from = ordered.indexOf(row);
    const before = ordered.findLastIndex(({ client_id }) => client_id !== null && client_id < (row.client_id ?? ""));
    if (before > from) ordered.splice(before, 0, ...ordered.splice(from, 1));
  }
  return toLeave.length === 0 ? rows : ordered;
}

/**
 * The rows of a thread, and what waits for it: changes at their messages and, where the newest message is shown
 * (`toEnd`), what was written and has no row yet.
 */
export function withEntries(
  stored: readonly LocalMessage[],
  entries: readonly OutboxEntry[],
  user: User,
  toEnd: boolean,
): readonly LocalMessage[] {
  const rows = asWritten(stored);
  if (entries.length === 0) return rows;
  const taken = new Set<Id | null>(rows.map(({ client_id }) => client_id));
  const written = toEnd ? entries.filter(isSend).filter(({ client_id }) => !taken.has(client_id)) : [];
  const changed = entries.some(({ wish }) => isChange(wish)) ? rows.map((row) => withChanges(row, entries, user)) : rows;
  return written.length === 0 ? changed : [...changed, ...written.map((entry) => entryAsMessage(entry, user))];
}
