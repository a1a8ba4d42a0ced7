/** Every sentence about copying an account's history, and about comparing it. */
import type { Comparison, HistoryChat, HistoryRun } from "../api/schema";
import { isolated } from "../lib/text";

const number = (value: number): string => value.toLocaleString("en");
const plural = (count: number, one: string, many: string): string => `${number(count)} ${count === 1 ? one : many}`;
const messages = (count: number): string => plural(count, "message", "messages");

/** `40 s`, `12 min`, `3 h 5 min`. */
export function spanOf(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? "" : ` ${rest} min`}`;
}

const STATE_WORD: Readonly<Record<HistoryRun["state"], string>> = {
  waiting: "About to begin",
  running: "Running",
  paused: "Paused",
  held: "Has to wait",
  done: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

const PHASE: Readonly<Record<HistoryRun["phase"], string>> = {
  chats: "reading the conversations",
  people: "reading the people",
  messages: "reading the messages, newest first",
  done: "",
};

const TRIGGER: Readonly<Record<HistoryRun["trigger"], string>> = {
  person: "asked for",
  connected: "after the account was connected",
  imported: "after Unipile had read the account",
  scrolled: "while scrolling up",
};

export const CHECK_TRIGGER: Readonly<Record<Comparison["trigger"], string>> = {
  status: "The account was not connected",
  start: "Landline was not running",
  storage: "Deliveries could not be stored",
  reference: "Something was told of a message that is not here",
  restore: "The database was restored from a backup",
  person: "Asked for",
  nightly: "Nightly check",
};

export const CHECK_STATE: Readonly<Record<Comparison["state"], string>> = {
  open: "Still going on",
  waiting: "About to be checked",
  running: "Checking…",
  held: "Has to wait",
  done: "Checked",
  failed: "Could not be checked",
};

/** Why messages were not stored, in the server's words where it has some. */
export function refusalWords(reason: string): string {
  const cut = reason.indexOf(": ");
  if (cut === -1) return reason;
  const [code, detail] = [reason.slice(0, cut), reason.slice(cut + 2)];
  return code === "unreadable" ? `could not be read (${detail})` : detail;
}

export const words = {
  title: (name: string) => `History of ${isolated(name)}`,
  nameless: "Nameless account",
  back: "To the accounts",
  waiting: "Asking the server…",
  missing: "This account does not exist, or you have no access to it.",
  offline: "No connection to the server. What is shown is of before.",

  copy: "Copy of the history",
  none: "The history of this account was never copied.",
  noneNext: "Whatever comes in is here all the same; a copy brings what was before.",
  noneMember: "An owner or admin of the account can start it.",
  start: "Copy the history",
  again: "Copy again",
  depth: "How far back",
  depths: { month: "30 days", year: "1 year", all: "Everything there is" },
  media: "Pictures and files",
  medias: { all: "Fetch them all", none: "Only when somebody opens them" },
  state: ({ state, phase }: HistoryRun) =>
    state === "running" && PHASE[phase] !== "" ? `${STATE_WORD.running}: ${PHASE[phase]}` : STATE_WORD[state],
  heldUntil: (moment: string) => `until ${moment}`,
  pause: "Pause",
  resume: "Go on",
  cancel: "Cancel",
  usable: "The inbox can be used meanwhile. A conversation that somebody opens goes first.",

  theirBar: (provider: string) => `Unipile reads ${provider}`,
  theirs: {
    unknown: "It does not say how far it is.",
    running: (found: number) => `Still reading; it shows ${messages(found)} so far.`,
    unended: (found: number) => `It has not said that it is done; it shows ${messages(found)}.`,
    done: (found: number) => `Done; it shows ${messages(found)}.`,
  },
  ourBar: "We copy from Unipile",
  ours: (found: number, expected: number | null) =>
    expected === null ? `${messages(found)} so far` : `${number(found)} of about ${messages(expected)}`,
  oursDone: (found: number) => `Done: ${messages(found)}`,

  rate: "Speed",
  ratePerSecond: (rate: number) => `${number(Math.round(rate))} messages per second`,
  left: "Time left",
  leftAbout: (seconds: number) => `about ${spanOf(seconds)}`,
  unknown: "not known yet",
  calls: "Calls to Unipile",
  callsUsed: (used: number, left: number) => `${number(used)} used; ${number(left)} more at most today`,
  chats: "Conversations",
  people: "People",
  newest: "Newest",
  oldest: "Oldest",
  nothing: "none yet",
  depthOf: (day: string | null) => (day === null ? "everything there is" : `to ${day}`),

  sum: "What was found",
  found: "found",
  stored: "new here",
  changed: "changed",
  known: "known already",
  refused: "refused",
  refusals: "Refused, and why",
  refusal: (count: number, reason: string) => `${messages(count)}: ${refusalWords(reason)}`,
  report: "Save the report",
  reportNote: "as JSON",

  perChat: "By conversation",
  chatHead: ["Conversation", "Found", "New", "Changed", "Known", "Refused", "From – to", "Copied"],
  untitled: "Conversation without a title",
  whole: "whole",
  since: (day: string) => `since ${day}`,
  chatState: {
    waiting: "not yet",
    copying: "going on",
    done: "done",
    stopped: "stopped before its end",
    untouched: "not begun",
  } satisfies Record<HistoryChat["state"], string>,
  coverage: (chat: string) => `How much of ${isolated(chat)} is here`,
  more: "Show more",
  noChats: "No conversation was found yet.",

  runs: "All copies",
  runLine: (moment: string, trigger: HistoryRun["trigger"]) => `${moment}, ${TRIGGER[trigger]}`,
  runFound: ({ state, found, stored }: HistoryRun) => `${STATE_WORD[state]} · ${messages(found)} found, ${number(stored)} new`,
  show: "Show",
  compare: "Compare",
  compareTitle: "Two copies side by side",
  difference: "Difference",
  sameChats: "Each conversation has as many messages in both.",
  otherChats: (count: number) => `${plural(count, "conversation has", "conversations have")} another number of messages in the other:`,
  notThere: "not there",
  closeComparison: "Close",

  checks: "Checks for what is missing",
  checksNext: "After each outage the account is compared with Unipile by itself, and what is missing is fetched.",
  checkNow: "Check now",
  verified: (moment: string) => `All that Unipile shows up to ${moment} is here.`,
  notVerified: "It was not compared yet.",
  noChecks: "Nothing needed checking so far.",
  nightly: "Check once a night as well",
  nightlyNext: "Within the calls of the day. Outages are checked either way.",
  between: (from: string, to: string | null) => (to === null ? `since ${from}` : from === to ? from : `${from} – ${to}`),
  partOf: "Checked together with another.",
  recovered: (count: number, late: string | null) =>
    count === 0 ? "nothing was missing" : `${messages(count)} recovered${late === null ? "" : `, up to ${late} late`}`,
  checkRest: ({ found, known, changed, not_shown, refused, calls }: Comparison) =>
    [
      `${number(found)} compared`,
      `${number(known)} known`,
      ...(changed > 0 ? [`${number(changed)} changed`] : []),
      ...(not_shown > 0 ? [`${number(not_shown)} here that Unipile does not show`] : []),
      ...refused.map(({ reason, count }) => `${number(count)} refused: ${refusalWords(reason)}`),
      plural(calls, "call", "calls"),
    ].join(" · "),
  details: "Details",
  cannotShow: "What Unipile cannot show",
  recoveredOf: (title: string, count: number) => `${title}: ${messages(count)}`,
  callsToday: "Calls to Unipile today",
} as const;
