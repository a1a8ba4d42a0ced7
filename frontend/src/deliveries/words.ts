/** Every sentence of the deliveries page. */
import type { Delivery, FieldChange } from "../api/types";

const number = (value: number): string => value.toLocaleString("en");
const plural = (count: number, one: string, many: string): string => `${number(count)} ${count === 1 ? one : many}`;

export type Outcome = Delivery["outcome"];

export const OUTCOMES: readonly Outcome[] = ["applied", "duplicate", "parked", "ignored", "quarantined", "failed"];

export const OUTCOME_WORD: Readonly<Record<Outcome, string>> = {
  applied: "Applied",
  duplicate: "Duplicate",
  parked: "Parked",
  ignored: "Ignored",
  quarantined: "Quarantined",
  failed: "Failed",
};

export const OUTCOME_MEANING: Readonly<Record<Outcome, string>> = {
  applied: "What it told is in the inbox.",
  duplicate: "An earlier delivery told the same.",
  parked: "Its account is not connected here. It is applied as soon as the account is.",
  ignored: "It is kept, and shows nowhere.",
  quarantined: "It could not be read. Its bytes are kept.",
  failed: "It could not be applied yet, and is tried again by itself.",
};

const EVENT_WORD: Readonly<Record<string, string>> = {
  message_received: "Message",
  message_delivered: "Delivered",
  message_read: "Read",
  message_edited: "Edited",
  message_deleted: "Deleted",
  message_reaction: "Reaction",
  account_status: "Account status",
  api_chat: "Conversation, read from Unipile",
  api_person: "Person, read from Unipile",
  api_listed: "Messages, listed by Unipile",
  api_message: "Message, read from Unipile",
  api_message_gone: "Message, no longer at Unipile",
  api_reaction: "Own reaction, read from Unipile",
  api_sent: "Message sent, as Unipile answered",
  api_account_removed: "Account removed",
  hosted_auth_notify: "Account connected",
};

export const EVENTS: readonly string[] = Object.keys(EVENT_WORD);

const ENTITY_WORD: Readonly<Record<string, string>> = {
  channel: "Account",
  conversation: "Conversation",
  attendee: "Person",
  message: "Message",
  delivery: "This delivery",
};

const PURPOSE_WORD: Readonly<Record<string, string>> = {
  send: "to send",
  open: "for opened conversations",
  repair: "to fill gaps",
  history: "for history",
  media: "for files of history",
  answer: "to complete deliveries",
  manage: "to manage the account",
};

/** What calls were made for, in the order in which they go first. */
export function callPurposes(byPurpose: Readonly<Record<string, number>>): string {
  const known = Object.keys(PURPOSE_WORD);
  return Object.entries(byPurpose)
    .filter(([, calls]) => calls > 0)
    .toSorted(([one], [other]) => known.indexOf(one) - known.indexOf(other))
    .map(([purpose, calls]) => `${number(calls)} ${PURPOSE_WORD[purpose] ?? purpose}`)
    .join(" · ");
}

export function eventWord(event: string): string {
  return EVENT_WORD[event] ?? (event === "" ? "No event" : event);
}

export function entityWord(change: FieldChange): string {
  return ENTITY_WORD[change.entity] ?? change.entity;
}

export const words = {
  title: "Deliveries",
  waiting: "Asking the server…",
  tabs: { all: "All", causes: "Not applied", replays: "Replays", calls: "Calls" },
  tabsLabel: "Parts of this page",
  tryAgain: "Try again",
  close: "Close",
  unreachable: "The server does not answer.",
  unreachableNext: "What stands here is kept on the server only. Check that Landline is running; this page goes on by itself.",
  refused: "The server could not answer.",
  refusedNext: (detail: string, requestId: string | null) => (requestId === null ? detail : `${detail} (${requestId})`),
  offline: "No connection to the server. What came in is kept there, so this page waits for it.",
  noRight: "Only owners and admins of an account see what came in for it.",
  noRightNext: "An owner of the account can give you that role.",
  backToInbox: "To the inbox",

  messages: (count: number) => `${number(count)} messages`,
  totals: "Deliveries by outcome",
  received: (count: number) => `${number(count)} received`,
  outcomeTotal: (count: number, outcome: Outcome) =>
    `${number(count)} ${outcome === "duplicate" ? (count === 1 ? "duplicate" : "duplicates") : outcome}`,
  countedBackTo: (moment: string) => `Counted back to ${moment}; narrow the time for older ones.`,

  filters: "Which deliveries",
  filter: (count: number) => (count === 0 ? "Filter" : `Filter (${count})`),
  event: "Event",
  anyEvent: "Any event",
  account: "Account",
  anyAccount: "Any account",
  source: "Source",
  anySource: "Any source",
  sources: { webhook: "Webhook", api: "Asked for" },
  from: "From",
  until: "Until",
  text: "Text in the body",
  textNext: "exactly as written",
  clear: "Clear all filters",
  remove: (what: string) => `${what}: remove`,
  onlyConversation: "One conversation",
  onlyMessage: "One message",
  onlyReason: (reason: string) => `Reason: ${reason}`,

  list: "Deliveries, newest first",
  empty: "Nothing has come in yet.",
  emptyNext: "Every webhook that Unipile sends is listed here the moment it is saved.",
  noMatch: "No delivery matches.",
  lookedBackTo: (moment: string) => `Nothing more found back to ${moment}.`,
  goOn: "Look further back",
  earlier: "Show earlier ones",
  end: "That is all there is.",
  newOnes: (count: number, atLeast: boolean) => `${number(count)}${atLeast ? "+" : ""} new`,
  newOnesLabel: (count: number, atLeast: boolean) =>
    `${atLeast ? "At least " : ""}${plural(count, "new delivery", "new deliveries")}, show`,
  attempts: (count: number) => plural(count, "attempt", "attempts"),
  repeats: (count: number) => `${count >= 100 ? "100 or more" : number(count)} ${count === 1 ? "repeat" : "repeats"}`,
  noAccount: "No account",

  detail: "Delivery",
  missing: "This delivery is not there, or is not yours to see.",
  facts: {
    received: "Received",
    outcome: "Outcome",
    reason: "Reason",
    event: "Event",
    named: "Named there",
    account: "Account",
    webhook: "Webhook",
    source: "Source",
    size: "Size",
    attempts: "Attempts",
    next: "Tried again",
    conversation: "Conversation",
    shows: "Shows",
    sender: "From",
    sha256: "SHA-256",
    id: "Id",
  },
  allOfMessage: "All deliveries of this message",
  repeated: "The same happening, told by",
  headers: "Headers",
  headersNext: "Values that may hold secrets are not kept.",

  body: "Body",
  bodyRecorded: "Opening it is recorded.",
  bodyShow: "Show the body",
  bodyGone: "The bytes are no longer kept; the hash and this row are.",
  tree: "Tree",
  raw: "As received",
  copy: "Copy",
  copied: "Copied",
  notCopied: "The browser does not allow copying here.",
  binary: "These bytes are no text; they are shown in base64.",
  notJson: "This is no JSON, so there is no tree.",
  cut: (shown: number, all: number) => `The first ${number(shown)} of ${number(all)} characters.`,
  showWhole: "Show all",
  moreEntries: (count: number) => plural(count, "more entry", "more entries"),
  entries: (count: number) => plural(count, "entry", "entries"),

  replay: "Replay",
  replayNext: "Reads it again, as if it had just come. What is applied already stays as it is.",
  replayOne: "Replay this delivery",
  replaying: "Replaying…",
  replayed: (outcome: Outcome) => `Replayed: ${OUTCOME_WORD[outcome].toLowerCase()}.`,
  difference: "What would a replay change?",
  differenceNone: "A replay would change nothing.",
  differenceColumns: ["Where", "Field", "Now", "Then"],
  unknown: "unknown",

  replaySelected: "Replay…",
  replayTitle: "Replay deliveries",
  replayCount: (count: number, atLeast: boolean, filtered: boolean) =>
    filtered
      ? `${atLeast ? "At least " : ""}${plural(count, "delivery matches", "deliveries match")} your filters.`
      : `${atLeast ? "At least " : ""}${plural(count, "delivery", "deliveries")}: everything that came in for your accounts.`,
  replayEffect:
    "The server reads them again, oldest first, while everything else goes on. What is applied stays; what was ignored, quarantined, parked or failed gets another chance.",
  replayWithoutBody: "Deliveries whose bodies are no longer kept are passed over.",
  replayConfirm: (count: number) => `Replay ${plural(count, "delivery", "deliveries")}`,
  replayNone: "No delivery matches your filters, so there is nothing to replay.",
  cancel: "Cancel",

  causes: "Why deliveries were not applied",
  causesNone: "Everything that came in was applied.",
  causesNext: "What cannot be read or is not shown is listed here by its reason.",
  causeCount: (count: number) => plural(count, "delivery", "deliveries"),
  causeNewest: (moment: string) => `newest ${moment}`,
  show: "Show",

  calls: "Calls of Unipile today, by account",
  callsToday: (calls: number, avoided: number) => `${plural(calls, "call", "calls")} today, ${number(avoided)} avoided`,
  callsAvoided: "Each piece of news that came by itself is a question that nobody had to ask.",
  callsNobody: "Nothing was asked of Unipile for this account today.",
  callsLeft: (used: number, perDay: number) => `${number(used)} of ${number(perDay)} used, ${number(Math.max(0, perDay - used))} left until midnight UTC`,
  callsPaused: (moment: string) => `Unipile asked for patience: all but sending waits until ${moment}.`,
  callsSpent: "The calls of today are used up: only sending and connecting go on until midnight UTC.",

  replays: "Replays you asked for",
  replaysNone: "You have not replayed anything yet.",
  replaysNext: "Filter the list, then use Replay; its progress is shown here.",
  replayAsked: (moment: string) => `Asked ${moment}`,
  replayExpected: (count: number, isCounted: boolean) => `${isCounted ? "" : "at least "}${plural(count, "delivery", "deliveries")}`,
  replayWaiting: "Waiting for the worker",
  replayUnderWay: (done: number, expected: number, isCounted: boolean) =>
    isCounted ? `${number(done)} of ${number(expected)} read` : `${number(done)} read so far`,
  replayDone: (moment: string) => `Done ${moment}`,
} as const;
