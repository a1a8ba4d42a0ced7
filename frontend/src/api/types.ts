/**
 * What travels between server and browser, as docs/protocol.md fixes it.
 * Ids and versions are decimal strings; times are RFC 3339 in UTC with milliseconds; `null` is unknown or absent.
 */

export type Id = string;
export type Timestamp = string;
export type Version = string;

export interface Channel {
  readonly id: Id;
  readonly provider: string;
  readonly name: string;
  readonly status: string;
  readonly status_since: Timestamp | null;
  readonly role: "owner" | "admin" | "member";
  readonly version: Version;
}

export type Direction = "inbound" | "outbound" | "unknown";

export type MessageKind =
  | "text"
  | "image"
  | "video"
  | "audio"
  | "voice"
  | "file"
  | "sticker"
  | "gif"
  | "event"
  | "unsupported";

export type MessageStatus = "pending" | "sending" | "unconfirmed" | "sent" | "delivered" | "read" | "failed";

export interface LastMessage {
  readonly id: Id;
  readonly direction: Direction;
  readonly kind: MessageKind;
  readonly text: string | null;
  readonly sender_name: string | null;
  readonly status: MessageStatus | null;
}

export interface Conversation {
  readonly id: Id;
  readonly channel_id: Id;
  readonly provider: string;
  readonly kind: "direct" | "group" | "channel";
  readonly title: string | null;
  readonly name: string;
  readonly contact_id: Id | null;
  readonly last_message_at: Timestamp | null;
  readonly last_message: LastMessage | null;
  readonly unread_count: number;
  readonly archived: boolean;
  readonly pinned: boolean;
  readonly muted_until: Timestamp | null;
  readonly read_only: boolean;
  readonly disabled_features: readonly string[];
  readonly history_revision: number;
  readonly version: Version;
}

export interface Attachment {
  readonly id: Id;
  readonly kind: "image" | "video" | "audio" | "voice" | "file" | "sticker" | "gif";
  readonly name: string | null;
  readonly mime_type: string | null;
  readonly size_bytes: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly duration_seconds: number | null;
  readonly state: "wanted" | "stored" | "unavailable";
}

export interface Reaction {
  readonly id: Id;
  readonly emoji: string;
  readonly sender_id: Id | null;
  readonly sender_name: string | null;
  readonly is_own: boolean;
}

export interface Quoted {
  readonly external_message_id: string | null;
  readonly sender_name: string | null;
  readonly text: string | null;
  readonly message_id: Id | null;
}

export interface Message {
  readonly id: Id;
  readonly channel_id: Id;
  readonly conversation_id: Id;
  readonly external_message_id: string | null;
  readonly client_id: string | null;
  readonly direction: Direction;
  readonly origin: "contact" | "phone" | "us";
  readonly sender_id: Id | null;
  readonly sender_name: string | null;
  readonly kind: MessageKind;
  readonly text: string | null;
  readonly status: MessageStatus | null;
  readonly sent_at: Timestamp;
  readonly received_at: Timestamp;
  readonly time_flagged: boolean;
  readonly edited_at: Timestamp | null;
  readonly deleted_at: Timestamp | null;
  readonly forwarded: boolean;
  readonly view_once: boolean;
  readonly quoted: Quoted | null;
  readonly attachments: readonly Attachment[];
  readonly reactions: readonly Reaction[];
  readonly version: Version;
}

export interface Attendee {
  readonly id: Id;
  readonly channel_id: Id;
  readonly name: string;
  readonly phone: string | null;
  readonly public_identifier: string | null;
  readonly is_self: boolean;
  readonly version: Version;
}

export interface Member {
  readonly id: Id;
  readonly channel_id: Id;
  readonly conversation_id: Id;
  readonly attendee_id: Id;
  readonly version: Version;
}

export interface Draft {
  readonly id: Id;
  readonly conversation_id: Id;
  readonly channel_id: Id;
  readonly text: string;
  readonly updated_at: Timestamp;
  readonly version: Version;
}

/** The synced entities by their word in the protocol. */
export interface Entities {
  readonly channel: Channel;
  readonly attendee: Attendee;
  readonly conversation: Conversation;
  readonly member: Member;
  readonly message: Message;
  readonly draft: Draft;
}

export type Entity = keyof Entities;

export const ENTITIES = ["channel", "attendee", "conversation", "member", "message", "draft"] as const;

export type Rows = { readonly [E in Entity]?: readonly Entities[E][] };

export interface Gone {
  readonly entity: Entity;
  readonly id: Id;
  readonly version: Version;
}

export interface User {
  readonly id: Id;
  readonly username: string;
  readonly display_name: string;
}

export interface Session {
  readonly user: User | null;
  readonly csrf_token: string;
  readonly build: string;
  readonly demo: boolean;
}

export interface ChannelList {
  readonly items: readonly Channel[];
}

export interface ConversationPage {
  readonly items: readonly Conversation[];
  readonly attendees: readonly Attendee[];
  readonly next_cursor: string | null;
}

export interface MessagePage {
  readonly items: readonly Message[];
  readonly attendees: readonly Attendee[];
  readonly next_cursor: string | null;
}

/** RFC 9457 problem details. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
}

export interface HelloFrame {
  readonly type: "hello";
  readonly epoch: string;
  readonly cursor: string;
  readonly build: string;
  readonly user_id: Id;
  readonly heartbeat_seconds: number;
}

export interface ChangesFrame {
  readonly type: "changes";
  readonly rows?: Rows;
  readonly gone?: readonly Gone[];
  readonly granted?: readonly Id[];
  readonly revoked?: readonly Id[];
  readonly more: boolean;
  readonly cursor: string;
}

export interface ResetFrame {
  readonly type: "reset";
  readonly reason: string;
}

export interface PingFrame {
  readonly type: "ping" | "pong";
}

export interface PresenceFrame {
  readonly type: "presence";
  readonly user: string;
  readonly conversation_id: Id;
  readonly state: "typing" | "viewing";
}

export type ServerFrame = HelloFrame | ChangesFrame | ResetFrame | PingFrame | PresenceFrame;
