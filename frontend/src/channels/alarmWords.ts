/** The sentences about what is wrong, of an account or of the whole installation. */
import type { Alarm } from "../api/types";

const number = (value: number): string => value.toLocaleString("en");
const plural = (count: number, one: string, many: string): string => `${number(count)} ${count === 1 ? one : many}`;

export interface AlarmSaid {
  /** Of an account: what follows its name. Else a whole sentence. */
  readonly effect: (alarm: Alarm) => string;
  readonly next: string;
  /** Where something can be done about it. */
  readonly place: "accounts" | "deliveries" | "setup" | null;
}

export const ALARM_WORDS: Readonly<Record<Alarm["kind"], AlarmSaid>> = {
  account_down: {
    effect: () => "is not connected: no new messages arrive.",
    next: "Connect it again; what came meanwhile then follows.",
    place: "accounts",
  },
  unusually_quiet: {
    effect: ({ count }) =>
      count === null
        ? "is unusually quiet: messages may be missing."
        : `is unusually quiet: at least ${plural(count, "delivery", "deliveries")} would have come by now.`,
    next: "See whether the phone is online.",
    place: "accounts",
  },
  outbox_waiting: {
    effect: ({ count }) => `cannot send: ${plural(count ?? 0, "message waits", "messages wait")}.`,
    next: "They leave by themselves as soon as it can.",
    place: "accounts",
  },
  webhooks_missing: {
    effect: () => "Unipile's webhooks are not as they should be: new messages may not arrive by themselves.",
    next: "The setup puts them right.",
    place: "setup",
  },
  deliveries_failing: {
    effect: ({ count }) => `${plural(count ?? 0, "delivery", "deliveries")} could not be put into the inbox yet.`,
    next: "They are kept, and tried again by themselves.",
    place: "deliveries",
  },
  key_refused: {
    effect: () => "Unipile refuses the key: nothing can be sent or fetched.",
    next: "Enter another one in the setup.",
    place: "setup",
  },
  feed_held: {
    effect: () => "Screens are not told of news at the moment.",
    next: "It passes by itself; if it lasts, run landline doctor.",
    place: null,
  },
  disk_full: {
    effect: () => "The server's disk is nearly full: soon nothing more can be stored.",
    next: "Free some room on it.",
    place: null,
  },
};

export const PLACE_WORDS = { accounts: "To the accounts", deliveries: "To the deliveries", setup: "To the setup" } as const;

export const TROUBLE_WORDS = {
  label: "What needs somebody",
  more: (count: number) => `${number(count)} more`,
  acknowledge: "Mark as seen",
  acknowledgeMeans: "Nobody is reminded of it any more",
  acknowledged: "seen",
  failed: "This could not be marked: the server does not answer. Try again.",
  since: (moment: string) => `since ${moment}`,
} as const;
