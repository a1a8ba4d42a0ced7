/**
 * What travels between server and browser (docs/protocol.md): the generated types under the names used here, and what
 * follows from them. Ids and versions are decimal strings; times are RFC 3339 in UTC with milliseconds.
 */
import type {
  Attendee,
  Channel,
  ChangesFrame,
  Conversation,
  Draft,
  HelloFrame,
  Member,
  Message,
  PingFrame,
  PongFrame,
  PresenceFrame,
  ResetFrame,
} from "./schema";

export type {
  Alarm,
  Attachment,
  Attendee,
  BegunConversation,
  Change,
  ChangesFrame,
  Channel,
  ChannelCalls,
  ChannelList,
  ChannelStatusPage,
  Conversation,
  ConversationDetails,
  ConversationPage,
  ErasurePreview,
  ErasureRecord,
  Delivery,
  DeliveryBody,
  DeliveryDetail,
  DeliveryPage,
  DeliveryTotals,
  Draft,
  DraftList,
  FieldChange,
  Gone,
  HelloFrame,
  Hit,
  Inspection,
  KnownId,
  KnownName,
  LastMessage,
  Lookup,
  Member,
  MemberList,
  Mention,
  Message,
  MessageDelivery,
  MessagePage,
  MessageTexts,
  Person,
  Problem,
  Proposal,
  Quoted,
  Reaction,
  ReplayOrder,
  ResetFrame,
  Rows,
  SearchPage,
  Sending,
  Session,
  SessionUser as User,
  Snippet,
} from "./schema";

export type Id = string;
export type Version = string;
export type MessageKind = Message["kind"];
export type MessageStatus = NonNullable<Message["status"]>;

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

export type ServerFrame = HelloFrame | ChangesFrame | ResetFrame | PingFrame | PongFrame | PresenceFrame;
