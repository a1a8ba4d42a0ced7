/** Every sentence of the details pane. */
import type { KnownName, Proposal } from "../api/types";

export const SOURCE_WORD: Readonly<Record<KnownName["source"], string>> = {
  given: "given here",
  address_book: "from the address book",
  profile: "from the profile",
  push_name: "chosen by themselves",
  number: "the number",
};

export const REASON: Readonly<Record<Proposal["reason"], (phone: string, other: string) => string>> = {
  same_number: (phone) => `Both were told with the number ${phone}. A number alone proves nothing: it may have changed hands.`,
  brazil_ninth_digit: (phone, other) => `${phone} and ${other} are one line, if the ninth digit of Brazilian mobiles was added to one of them.`,
  argentina_nine: (phone, other) => `${phone} and ${other} are one line, if one is written with the 9 of Argentine mobiles and the other without.`,
  mexico_one: (phone, other) => `${phone} and ${other} are one line, if one is written with the 1 that Mexican mobiles used to have.`,
  national_form: (phone, other) => `${phone} and ${other} are one line, if one is written without its country, which would be this account's.`,
};

const messagesOf = (count: number): string => (count === 1 ? "1 message" : `${count.toLocaleString("en")} messages`);

const filesOf = (count: number): string => (count === 1 ? "1 file" : `${count.toLocaleString("en")} files`);

export const details = {
  label: "Details",
  open: "Details",
  close: "Close details",
  loading: "Reading…",
  failed: "The details could not be read.",
  unreachable: "The server cannot be reached. What this device holds is shown; try again when you are online.",
  notDone: "Nothing was changed.",
  retry: "Try again",
  back: "Back to the group",

  name: "Name",
  editName: "Change the name",
  nameLabel: "Name shown here",
  nameHint: "For everybody who reads this account. Leave it empty to show the name that came from outside.",
  save: "Save",
  cancel: "Cancel",
  givenBy: (who: string | null) => (who === null ? "given here" : `given here by ${who}`),
  since: (day: string) => `since ${day}`,
  noNames: "Nobody has told a name yet.",

  numbers: "Numbers and ids",
  copy: (text: string) => `Copy ${text}`,
  copied: "Copied",
  copyFailed: "This browser refused to copy.",
  kind: { lid: "Privacy id", phone: "Number", other: "Id", userName: "User name" },
  you: "This is you",

  alsoKnown: "Also known as",
  provenWith: (beside: string) => `One delivery shows it together with ${beside}`,
  delivery: "Show the delivery",
  joinedBy: (who: string | null, day: string) => `Joined by ${who ?? "somebody"} on ${day}`,
  notTheSame: "Not the same person",
  takeBack: "Undo",

  proposals: "Perhaps the same person",
  accept: "Same person",
  reject: "Not the same",

  apart: "Kept apart",
  apartBy: (who: string | null, day: string) => `Another person, said ${who ?? "somebody"} on ${day}`,
  chatApartBy: (who: string | null, day: string) => `Another conversation, said ${who ?? "somebody"} on ${day}`,

  threads: "Other conversations of this person",
  join: "Join with this one",
  parts: "Joined conversations",
  partProven: "One delivery names both",
  part: "Part it",

  members: (count: number) => (count === 1 ? "1 member" : `${count.toLocaleString("en")} members`),
  noMembers: "Nobody has been seen in this conversation yet.",
  youMark: "You",
  nobody: "Unknown contact",

  eraseTitle: "Erase for good",
  erase: { conversation: "Erase this conversation", person: "Erase this person" },
  eraseGoes: {
    conversation: (messages: number, files: number) =>
      `This deletes ${messagesOf(messages)}, ${filesOf(files)}, and all that came in about the conversation, for everybody and for good.`,
    person: (messages: number, files: number, conversations: number) =>
      `This deletes ${messagesOf(messages)}, ${filesOf(files)}, ${conversations === 0 ? "no direct conversation" : conversations === 1 ? "their direct conversation" : `their ${conversations.toLocaleString("en")} direct conversations`}, and all that came in about them, for everybody and for good.`,
  },
  eraseNothing: "No message is kept of it any more; what else is known of it goes.",
  eraseStays: {
    conversation: "What people wrote elsewhere stays. So do the messages on the phone and at the provider, and backups made before.",
    person: "What others wrote stays. So do the messages on the phone and at the provider, and backups made before.",
  },
  eraseNew: "What is sent after this is new, and is shown. Your name and the time are recorded.",
  eraseType: "Type erase to go on",
  eraseGo: "Erase for good",
  erasing: "Erasing. This may take some minutes; closing the page does not stop it.",
  eraseAgain: "It may be half done: the same again ends it.",
  erased: (messages: number, deliveries: number) =>
    `Erased: ${messagesOf(messages)}, and ${deliveries === 1 ? "the body of 1 delivery" : `the bodies of ${deliveries.toLocaleString("en")} deliveries`}. Files go within the hour.`,

  firstContact: "First contact",
  zone: (zone: string) => `Times are in your zone, ${zone}.`,
  onlyAdministrators: "Administrators of this account can join and part people.",
} as const;
