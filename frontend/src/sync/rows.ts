import type {
  Attachment,
  Attendee,
  Change,
  Channel,
  Conversation,
  Draft,
  Entities,
  Entity,
  LastMessage,
  Member,
  Mention,
  Message,
  Quoted,
  Reaction,
  Sending,
} from "../api/types";
import { sortableDecimal } from "../lib/decimal";

/** A conversation as this browser keeps it: the server's row and what the list is sorted and filtered by. */
export interface LocalConversation extends Conversation {
  /** Sorts as (pinned, last_message_at, id). */
  readonly order: string;
  readonly shelf: Shelf;
  readonly unread: 0 | 1;
  /** The server's count less what this browser has read and not yet reported. */
  readonly shown_unread: number;
}

export type Shelf = "inbox" | "archived";

/** A message and its place: sorts as (sent_at, received_at, id). */
export interface LocalMessage extends Message {
  readonly position: string;
}

export interface LocalEntities extends Omit<Entities, "conversation" | "message"> {
  readonly conversation: LocalConversation;
  readonly message: LocalMessage;
}

/** "Read up to here", kept until the server has it. */
export interface ReadMark {
  readonly conversation_id: string;
  readonly provider: string;
  readonly message_id: string;
  /** The server's unread count that this mark clears. */
  readonly unread_cleared: number;
}

export function messagePosition(message: Pick<Message, "sent_at" | "received_at" | "id">): string {
  return `${message.sent_at}|${message.received_at}|${sortableDecimal(message.id)}`;
}

export function conversationOrder(conversation: Pick<Conversation, "pinned" | "last_message_at" | "id">): string {
  const pinned = conversation.pinned ? "1" : "0";
  return `${pinned}|${conversation.last_message_at ?? ""}|${sortableDecimal(conversation.id)}`;
}

export function toLocalConversation(row: Conversation, mark: ReadMark | undefined): LocalConversation {
  const shownUnread = Math.max(0, row.unread_count - (mark?.unread_cleared ?? 0));
  const known = { ...conversationOf(row), shown_unread: shownUnread };
  return { ...known, ...placeOf(known) };
}

/** Where the list has it. */
export function placeOf(
  row: Pick<LocalConversation, "pinned" | "last_message_at" | "id" | "archived" | "marked_unread" | "shown_unread">,
): Pick<LocalConversation, "order" | "shelf" | "unread"> {
  return {
    order: conversationOrder(row),
    shelf: row.archived ? "archived" : "inbox",
    unread: row.shown_unread > 0 || row.marked_unread ? 1 : 0,
  };
}

type Convert = { readonly [E in Entity]: (row: Entities[E]) => LocalEntities[E] };

/** Only the protocol's own fields are kept: whatever else a row carries is ignored. */
export const toLocal: Convert = {
  channel: channelOf,
  attendee: attendeeOf,
  conversation: (row) => toLocalConversation(row, undefined),
  member: memberOf,
  message: (row) => ({ ...messageOf(row), position: messagePosition(row) }),
  draft: draftOf,
};

function channelOf(row: Channel): Channel {
  const { id, provider, name, status, status_word, status_since, read_receipts, paused_at, role, alarms, gaps, verified_until, nightly_check, version } = row;
  return { id, provider, name, status, status_word, status_since, read_receipts, paused_at, role, alarms, gaps, verified_until, nightly_check, version };
}

function attendeeOf(row: Attendee): Attendee {
  const { id, channel_id, name, phone, public_identifier, picture_url, is_self, same_as_id, version } = row;
  return { id, channel_id, name, phone, public_identifier, picture_url, is_self, same_as_id, version };
}

function memberOf(row: Member): Member {
  const { id, channel_id, conversation_id, attendee_id, version } = row;
  return { id, channel_id, conversation_id, attendee_id, version };
}

function draftOf(row: Draft): Draft {
  const { id, conversation_id, channel_id, text, updated_at, version } = row;
  return { id, conversation_id, channel_id, text, updated_at, version };
}

function lastMessageOf(row: LastMessage): LastMessage {
  const { id, direction, kind, event, text, sender_name, status, deleted_at } = row;
  return { id, direction, kind, event, text, mentions: row.mentions.map(mentionOf), sender_name, status, deleted_at };
}

function mentionOf(row: Mention): Mention {
  const { token, attendee_id, name, is_own } = row;
  return { token, attendee_id, name, is_own };
}

function conversationOf(row: Conversation): Conversation {
  const { id, channel_id, provider, kind, title, name, picture_url, contact_id } = row;
  const { last_message_at, last_message } = row;
  const { unread_count, marked_unread, here_only, archived, pinned, muted_until, read_only, disabled_features } = row;
  const { content_type, history, history_revision, version } = row;
  return {
    id,
    channel_id,
    provider,
    kind,
    title,
    name,
    picture_url,
    contact_id,
    last_message_at,
    last_message: last_message === null ? null : lastMessageOf(last_message),
    unread_count,
    marked_unread,
    here_only: [...here_only],
    archived,
    pinned,
    muted_until,
    read_only,
    disabled_features: [...disabled_features],
    content_type,
    history: { since: history.since, is_whole: history.is_whole },
    history_revision,
    version,
  };
}

function attachmentOf(row: Attachment): Attachment {
  const { id, kind, name, mime_type, size_bytes, width, height, duration_seconds } = row;
  const { state, failure, url, thumbnail_url } = row;
  return { id, kind, name, mime_type, size_bytes, width, height, duration_seconds, state, failure, url, thumbnail_url };
}

function reactionOf(row: Reaction): Reaction {
  const { id, emoji, sender_id, sender_name, is_own } = row;
  return { id, emoji, sender_id, sender_name, is_own };
}

function quotedOf(row: Quoted): Quoted {
  const { external_message_id, sender_name, text, message_id } = row;
  return { external_message_id, sender_name, text, message_id };
}

function sendingOf(row: Sending): Sending {
  const { state, reason_code, reason, attempts, attempted_at, retry_at, evidence, evidence_at } = row;
  return { state, reason_code, reason, attempts, attempted_at, retry_at, evidence, evidence_at };
}

function changeOf(row: Change): Change {
  const { id, client_id, kind, state, emoji, text, reason_code, reason, author_id, created_at } = row;
  return { id, client_id, kind, state, emoji, text, reason_code, reason, author_id, created_at };
}

function messageOf(row: Message): Message {
  const { id, channel_id, conversation_id, external_message_id, client_id, direction, origin } = row;
  const { sender_id, sender_name, kind, event, subject, text, status } = row;
  const { sent_at, received_at, found_by, time_flagged } = row;
  const { edited_at, deleted_at, forwarded, view_once, quoted, author_id, author_name, version } = row;
  return {
    id,
    channel_id,
    conversation_id,
    external_message_id,
    client_id,
    direction,
    origin,
    sender_id,
    sender_name,
    kind,
    event,
    subject,
    text,
    mentions: row.mentions.map(mentionOf),
    status,
    sent_at,
    received_at,
    found_by,
    time_flagged,
    edited_at,
    deleted_at,
    forwarded,
    view_once,
    quoted: quoted === null ? null : quotedOf(quoted),
    attachments: row.attachments.map(attachmentOf),
    reactions: row.reactions.map(reactionOf),
    author_id,
    author_name,
    sending: row.sending === null ? null : sendingOf(row.sending),
    changes: row.changes.map(changeOf),
    version,
  };
}
