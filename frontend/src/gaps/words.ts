/** Every sentence about what may be missing. */
import type { GapSpan, Recovered } from "./marks";

const number = (value: number): string => value.toLocaleString("en");
const plural = (count: number, one: string, many: string): string => `${number(count)} ${count === 1 ? one : many}`;

const MINUTE_MS = 60_000;

/** `52 min`, `3 h`, `2 days`; short ones in seconds. */
export function lateness(milliseconds: number): string {
  const minutes = Math.round(milliseconds / MINUTE_MS);
  if (milliseconds < MINUTE_MS) return `${Math.max(1, Math.round(milliseconds / 1000))} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** `between 09:10 and 09:24`, the time of the end without its day where that is the same. */
function when({ startsAt, endsAt }: GapSpan, moment: (at: string) => string): string {
  if (endsAt === null) return `since ${moment(startsAt)}`;
  const [from, to] = [moment(startsAt), moment(endsAt)];
  if (from === to) return `around ${from}`;
  const day = from.lastIndexOf(" ");
  const isSameDay = day !== -1 && to.startsWith(from.slice(0, day + 1));
  return `between ${from} and ${isSameDay ? to.slice(day + 1) : to}`;
}

export const gapWords = {
  missing: (span: GapSpan, moment: (at: string) => string) => `Messages ${when(span, moment)} may be missing.`,
  above: "Messages further up may be missing.",
  next: {
    open: "They are looked for as soon as the account is connected again.",
    waiting: "",
    running: "Checking…",
    held: "The check has to wait.",
    failed: "They could not be checked.",
  } satisfies Record<GapSpan["state"], string>,
  load: "Load missing",
  asked: "Checking…",
  recovered: ({ count, lateMs }: Recovered) =>
    `${plural(count, "message", "messages")} recovered, ${count === 1 ? "" : "up to "}${lateness(lateMs)} late`,
} as const;
