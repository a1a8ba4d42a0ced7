/** Every sentence of the accounts page. */
import type { AccountAct, Alarm } from "../api/schema";
import { isolated } from "../lib/text";

const number = (value: number): string => value.toLocaleString("en");
const plural = (count: number, one: string, many: string): string => `${number(count)} ${count === 1 ? one : many}`;

/** What an alarm says of its account, or of the installation. */
export const ALARM_WORDS: Readonly<Record<Alarm["kind"], (alarm: Alarm) => string>> = {
  account_down: () => "is not connected: no new messages arrive.",
  unusually_quiet: ({ count }) =>
    count === null
      ? "is unusually quiet: messages may be missing."
      : `is unusually quiet: at least ${plural(count, "delivery", "deliveries")} would have come by now.`,
  outbox_waiting: ({ count }) => `cannot send: ${plural(count ?? 0, "message waits", "messages wait")}.`,
  webhooks_missing: () => "gets no webhooks: new messages do not arrive by themselves.",
  deliveries_failing: ({ count }) => `${plural(count ?? 0, "delivery", "deliveries")} could not be stored in the inbox yet.`,
  key_refused: () => "Unipile refuses the key: nothing can be sent or fetched.",
  feed_held: () => "Screens are not told of news at the moment.",
  disk_full: () => "The disk is nearly full: soon nothing more can be stored.",
};

export const ASKS_WORDS: Readonly<Record<NonNullable<AccountAct["asks"]>, string>> = {
  QRCODE: "Open the app on your phone, look for linked devices in its settings, and scan this.",
  "2FA": "Type the code of your second factor.",
  OTP: "Type the code that the provider has just sent you.",
  PHONE_REGISTER: "Type the phone number that the provider asks for.",
  IN_APP_VALIDATION: "Confirm in the provider's app on your phone. If it shows a code, type it here.",
  CONTRACT_CHOOSER: "Type the number of the contract to use.",
  CAPTCHA: "The provider shows a picture puzzle, which only Unipile's own page can show. Connect by link.",
  LINK: "Open Unipile's page in a new tab and follow it. This page goes on by itself.",
  UNKNOWN: "The provider asks for something this page does not know. Connect by link.",
};

/** Where the app has its scanner. */
export const SCAN_WORDS: ReadonlyMap<string, string> = new Map([
  ["whatsapp", "On your phone open WhatsApp, then Settings, Linked devices, Link a device, and scan this."],
  ["telegram", "On your phone open Telegram, then Settings, Devices, Link desktop device, and scan this."],
]);

export const words = {
  title: "Accounts",
  backToInbox: "To the inbox",
  add: "Connect an account",
  waiting: "Asking the server…",
  cancel: "Cancel",
  close: "Close",
  retry: "Try again",
  unreachable: "The server does not answer. Check that Landline is running, then try again.",
  offline: "No connection to the server. The states shown are those of before.",
  none: "No account is connected yet.",
  noneNext: "Connect one by a QR image, or by a link to Unipile's page. Its conversations then appear by themselves.",
  noneMember: "An owner can connect one.",
  nameless: "Nameless account",
  unknown: "Not known yet",
  since: (moment: string) => `since ${moment}`,
  theirWord: (word: string, since: string) => `Unipile says ${word}${since === "" ? "" : ` since ${since}`}`,
  quietChip: "Unusually quiet",
  lastDelivery: "Last webhook",
  lastDeliveryMeans: "When something was last delivered from this account",
  lastProof: "Last proof",
  lastProofMeans: "When an answer of Unipile, to a message sent or a comparison made, last showed that it works",
  never: "none yet",
  today: "Today",
  todayCount: (received: number, sent: number) => `${number(received)} in, ${number(sent)} out`,
  outbox: "Waiting to send",
  gaps: "Open gaps",
  gapsMeans: "Times in which something may have been missed, still to be compared with Unipile",
  usual: "Usual now",
  usualMeans: "Deliveries in this hour of the week, on the average of the last four weeks",
  usualCount: (count: number) => `${count < 10 ? count.toFixed(1) : number(Math.round(count))} an hour`,
  quiet: (since: string, expected: number) =>
    `Unusually quiet since ${since}: in the quietest of the last four weeks ${plural(expected, "delivery", "deliveries")} would have come by now.`,
  lastDay: (received: number, sent: number, peak: string) =>
    `Last 24 hours: ${number(received)} received, ${number(sent)} sent${peak === "" ? "" : `, most in the hour from ${peak}`}`,
  dayAgo: "24 h ago",
  received: (count: number) => `${number(count)} in`,
  sent: (count: number) => `${number(count)} out`,
  now: "now",
  healthFailed: "The figures could not be loaded.",
  timeLine: "Time line",
  reconnect: "Connect again",
  reconnectNote: "With a new code, or by link",
  restart: "Restart",
  restartNote: "Unipile opens its session anew",
  more: (name: string) => `More for ${isolated(name)}`,
  moreTitle: "More",
  restarted: "It is being restarted. Its state here follows by itself.",
  remove: "Remove…",
  removeTitle: (name: string) => `Remove ${isolated(name)}`,
  removeMeans: "The account is disconnected and removed at Unipile; nothing new arrives. All that is stored here stays.",
  removeType: "Type remove to go on",
  removeWord: "remove",
  removeGo: "Remove the account",
  acknowledge: "Mark as seen",
  acknowledgeMeans: "Nobody is reminded of it any more",
  acknowledged: "seen",
  alarms: "What needs somebody",

  connectTitle: "Connect an account",
  reconnectTitle: (name: string) => `Connect ${isolated(name)} again`,
  provider: "Which provider",
  byQr: "By QR image",
  byPhone: "By a code typed on the phone",
  byLink: "By link to Unipile's page",
  way: "How",
  phone: "Phone number, with country code",
  go: "Go on",
  working: "Asking Unipile for it…",
  qr: "QR image to scan with the phone",
  pairing: "On your phone open WhatsApp, Linked devices, Link with phone number, and type:",
  left: (seconds: number) => `Works for another ${plural(seconds, "second", "seconds")}`,
  renewing: "That one has expired. Fetching a new one…",
  expired: "It has expired, and nobody scanned it.",
  renew: "Get a new one",
  code: "Code",
  sendCode: "Send",
  openLink: "Open Unipile's page",
  done: "Connected.",
  doneNext: "Its conversations appear in the inbox by themselves, the newest first.",
  toInbox: "To the inbox",
  failed: "It did not work.",
  byLinkInstead: "Use the link instead",
} as const;
