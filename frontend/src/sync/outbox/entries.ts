/** What a person wants to happen, as this device keeps it until the server has it. */
import type { Attachment, Conversation, Id, Quoted } from "../../api/types";

/** A file to be sent; its bytes lie beside the entry under the same id. */
export interface OutgoingFile {
  /** Also the key under which the upload is repeated. */
  readonly id: string;
  readonly kind: Attachment["kind"];
  readonly name: string;
  readonly mime_type: string;
  readonly size_bytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly duration_seconds: number | null;
  /** What the server calls it, once it has the bytes. */
  readonly upload_id: Id | null;
}

export interface SendWish {
  readonly kind: "send";
  readonly text: string;
  readonly quoted: Quoted | null;
  readonly files: readonly OutgoingFile[];
  /** The one file is a voice message. */
  readonly voice: boolean;
  /** The newest message that was there when this was written: what comes until it leaves stays unread. */
  readonly seen_message_id?: Id | null;
}

export interface DecisionWish {
  readonly kind: "decision";
  readonly message_id: Id;
  readonly decision: "retry" | "arrived" | "discard" | "skip";
}

/** A change of a message that the server knows. */
export type ChangeWish =
  | { readonly kind: "react"; readonly message_id: Id; readonly emoji: string }
  | { readonly kind: "edit"; readonly message_id: Id; readonly text: string }
  | { readonly kind: "delete"; readonly message_id: Id };

export type Wish =
  | SendWish
  | DecisionWish
  | ChangeWish
  /** Takes back a change that failed or still waits. */
  | { readonly kind: "drop_change"; readonly message_id: Id; readonly change_id: Id }
  | { readonly kind: "forward"; readonly message_id: Id; readonly to_conversation_id: Id }
  | { readonly kind: "conversation"; readonly change: ConversationChange };

export type ConversationChange = Partial<Pick<Conversation, "archived" | "pinned" | "muted_until" | "marked_unread">>;

/** Where it is to happen. */
export type Whereabouts = Pick<Conversation, "id" | "provider" | "channel_id">;

export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly request_id: string | null;
}

export interface OutboxEntry<W extends Wish = Wish> {
  /** Their order; given when it is stored. */
  readonly seq?: number;
  /** The key under which a call is repeated. */
  readonly client_id: string;
  readonly conversation_id: Id;
  readonly channel_id: Id;
  readonly provider: string;
  readonly wish: W;
  /** `sent`: the server has it, and what became of it is among the synced rows. */
  readonly state: "waiting" | "failed" | "sent";
  /** Failed, and what was written after it goes on all the same. */
  readonly skipped: boolean;
  /** Milliseconds since 1970, as are all times of an entry. */
  readonly created_at: number;
  /** Until then it can be taken back, and does not leave. */
  readonly not_before: number;
  /** A call began that may have reached the server. */
  readonly left: boolean;
  readonly attempts: number;
  readonly retry_at: number;
  /** Why it failed, or why it is tried again. */
  readonly trouble: Trouble | null;
  readonly sent_at: number | null;
  /** Raised with every change of the entry. */
  readonly revision: number;
}

export type SendEntry = OutboxEntry<SendWish>;

export function isSend(entry: OutboxEntry): entry is SendEntry {
  return entry.wish.kind === "send";
}

/**
 * Entries of one lane leave one after the other. What is written waits for what was written before; what is done to
 * messages that are there already does not.
 */
export function laneOf(entry: OutboxEntry): string {
  return `${isSend(entry) ? "send" : "act"}:${entry.conversation_id}`;
}

export function inOrder(entries: readonly OutboxEntry[]): OutboxEntry[] {
  return entries.toSorted((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity) || (a.client_id < b.client_id ? -1 : 1));
}
