/** Every sentence of the message inspector. */
import type { Inspection, MessageDelivery } from "../api/types";

const plural = (count: number, one: string, many: string): string => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export const EFFECT_WORD: Readonly<Record<MessageDelivery["effect"], string>> = {
  brought: "Brought the message; what it told is what shows.",
  repeated: "Brought the message once more; nothing changed.",
  edited: "Changed the text to what shows now.",
  edit_superseded: "Changed the text; a later edit has replaced it.",
  deleted: "Deleted the message.",
  delivered: "Told that it was delivered.",
  read: "Told that it was read.",
  reacted: "Added or took back a reaction; it stands.",
  reaction_superseded: "Added a reaction; a later one of that person has replaced it.",
  nothing: "Changed nothing.",
};

export const DIRECTION_WORD: Readonly<Record<Inspection["direction"], string>> = {
  inbound: "Received",
  outbound: "Sent by this account",
  unknown: "Not known",
};

export const EVIDENCE_WORD: Readonly<Record<Inspection["direction_by"], string>> = {
  told: "Unipile said so.",
  identity: "The sender's identities were compared with the account's own.",
  nothing: "Nothing that came in tells who wrote it; it is corrected as soon as something does.",
};

export const ORIGIN_WORD: Readonly<Record<Inspection["origin"], string>> = {
  contact: "by somebody else",
  phone: "on the phone",
  us: "in Landline",
};

export const words = {
  open: "Inspect this message",
  title: "About this message",
  waiting: "Asking the server…",
  missing: "This message is no longer there, or is not yours to read.",

  times: "Times",
  sent: "Sent",
  sentNext: "the provider's clock",
  sentFlagged: "The provider's time was absurd; this is when it arrived.",
  received: "Received",
  receivedNext: "by this server",
  stored: "Stored",
  storedNext: "in its database",
  shown: "Shown here",
  shownNext: "in this tab, first",
  edited: "Edited",
  deleted: "Deleted",

  evidence: "Direction and status",
  direction: "Direction",
  why: "Why",
  origin: "Written",
  status: "Status",
  sender: "Sender is",
  own: "This account is",
  noIdentity: "no identity known",

  ids: "Ids",
  id: "Landline",
  unipile: "Unipile",
  provider: "Provider",
  conversation: "Conversation",
  none: "none",

  reactions: "Reactions as they came",
  reactionBy: (emoji: string, name: string) => (emoji === "" ? `${name} took a reaction back` : `${emoji} ${name}`),
  stands: "stands",
  replaced: "replaced",
  you: "You",
  noName: "No name",

  texts: "What it said before",
  textsShow: "Show earlier texts",
  textsShowDeleted: "Show the deleted text",
  textsRecorded: "Shown to administrators; this is recorded.",
  textsMembers: "Owners and admins of the account can see what it said before.",
  textsOriginal: "At first",
  textsEdit: (moment: string) => `Edited ${moment}`,
  textsDeleted: "Deleted text",
  textsNone: "The first text did not come in.",
  noText: "no text",

  deliveries: "Deliveries behind it",
  deliveriesNone: "None is linked to it.",
  more: (count: number) => `Only the first ${plural(count, "delivery", "deliveries")} are listed.`,
  all: "Show them all on the deliveries page",
  body: "Body",
} as const;
