/** The sentences of event lines. */
import type { Message } from "../api/types";

export const EVENT_WORDS = {
  you: "You",
  someone: "someone",
} as const;

/** For events that upstream tells without words. */
export const EVENT_WORD: Readonly<Record<NonNullable<Message["event"]>, string>> = {
  reaction: "Somebody reacted to a message",
  group_created: "The group was created",
  subject_changed: "The group was renamed",
  picture_changed: "The group picture was changed",
  member_added: "Somebody was added",
  member_joined: "Somebody joined",
  member_removed: "Somebody was removed",
  member_left: "Somebody left",
  member_promoted: "Somebody became an administrator",
  missed_call: "Missed voice call",
  missed_video_call: "Missed video call",
  declined_call: "Declined call",
  call: "Call",
  other: "Something happened in this chat",
};

/** Chats that are no plain conversation, by upstream's word. */
export const CONTENT_TYPE_WORD: ReadonlyMap<string, string> = new Map([
  ["sponsored", "Sponsored"],
  ["linkedin_offer", "Offer"],
  ["inmail", "InMail"],
]);
