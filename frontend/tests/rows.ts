/** Rows as the server would send them, with what a test does not care about filled in. */
import type { HistoryRun } from "../src/api/schema";
import type { Alarm, Attachment, Attendee, Channel, Conversation, Message } from "../src/api/types";
import type { OutboxEntry } from "../src/sync/outbox/entries";

const NOON = Date.UTC(2026, 4, 18, 12);

/** A moment so many seconds after a fixed noon; ids too odd to be seconds stand at noon. */
export const at = (seconds: number): string => new Date(NOON + (seconds < 1e9 ? seconds : 0) * 1000).toISOString();

export function channel(id: string, version = "1"): Channel {
  return { id, provider: "whatsapp", name: `Account ${id}`, status: "ok", status_word: "OK", status_since: null, read_receipts: "on_answer", paused_at: null, role: "owner", alarms: [], gaps: [], verified_until: null, nightly_check: false, version };
}

export function conversation(id: string, fields: Partial<Conversation> = {}): Conversation {
  return {
    id,
    channel_id: "1",
    provider: "whatsapp",
    kind: "direct",
    title: null,
    name: `Person ${id}`,
    picture_url: null,
    contact_id: null,
    last_message_at: at(Number(id)),
    last_message: null,
    unread_count: 0,
    marked_unread: false,
    here_only: [],
    archived: false,
    pinned: false,
    muted_until: null,
    read_only: false,
    disabled_features: [],
    content_type: null,
    history: { since: null, is_whole: false },
    history_revision: 0,
    version: "1",
    ...fields,
  };
}

export function message(id: string, fields: Partial<Message> = {}): Message {
  return {
    id,
    channel_id: "1",
    conversation_id: "1",
    external_message_id: `x${id}`,
    client_id: null,
    direction: "inbound",
    origin: "contact",
    sender_id: "9",
    sender_name: "Ana",
    kind: "text",
    event: null,
    subject: null,
    text: `text ${id}`,
    mentions: [],
    status: null,
    sent_at: at(Number(id)),
    received_at: at(Number(id)),
    found_by: null,
    time_flagged: false,
    edited_at: null,
    deleted_at: null,
    forwarded: false,
    view_once: false,
    quoted: null,
    attachments: [],
    reactions: [],
    author_id: null,
    author_name: null,
    sending: null,
    changes: [],
    version: "1",
    ...fields,
  };
}

export function attendee(id: string, fields: Partial<Attendee> = {}): Attendee {
  return { id, channel_id: "1", name: `Person ${id}`, phone: null, public_identifier: null, picture_url: null, is_self: false, same_as_id: null, version: "1", ...fields };
}

export function attachmentRow(fields: Partial<Attachment> = {}): Attachment {
  return {
    id: "1",
    kind: "image",
    name: null,
    mime_type: null,
    size_bytes: 5,
    width: 400,
    height: 300,
    duration_seconds: null,
    state: "wanted",
    failure: null,
    url: null,
    thumbnail_url: null,
    ...fields,
  };
}

export function historyRun(fields: Partial<HistoryRun> = {}): HistoryRun {
  return {
    id: "1",
    channel_id: "1",
    chat_id: null,
    trigger: "person",
    state: "running",
    phase: "messages",
    since: null,
    media: "all",
    is_import_running: null,
    import_found: 0,
    chats_found: 0,
    people_found: 0,
    found: 0,
    expected: null,
    stored: 0,
    changed: 0,
    known: 0,
    refused: [],
    calls: 0,
    calls_left: 0,
    rate_per_second: null,
    seconds_left: null,
    held_until: null,
    reason_code: null,
    reason: null,
    newest_at: null,
    oldest_at: null,
    created_at: at(0),
    started_at: at(0),
    ended_at: null,
    ...fields,
  };
}

/** What waits to leave: words to conversation 1, unless told otherwise. */
export function outboxEntry(fields: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    client_id: "0197a0c0-0000-7000-8000-000000000001",
    conversation_id: "1",
    channel_id: "1",
    provider: "whatsapp",
    wish: { kind: "send", text: "Hello", quoted: null, files: [], voice: false },
    state: "waiting",
    skipped: false,
    created_at: 0,
    not_before: 0,
    left: false,
    attempts: 0,
    retry_at: 0,
    trouble: null,
    sent_at: null,
    revision: 0,
    ...fields,
  };
}

/** An account that is down, unless told otherwise; ids are days of June. */
export function alarm(id: string, fields: Partial<Alarm> = {}): Alarm {
  return {
    id,
    kind: "account_down",
    channel_id: "1",
    opened_at: `2026-06-0${id}T12:00:00.000Z`,
    closed_at: null,
    since: null,
    count: null,
    reason: null,
    acknowledged_at: null,
    acknowledged_by: null,
    ...fields,
  };
}
