/** Where a stretch of a thread may be missing something. */
import type { Channel } from "../api/types";
import type { LocalMessage } from "../sync/rows";

type Gap = Channel["gaps"][number];
type State = Gap["state"];

/** A time in which messages may be missing. */
export interface GapSpan {
  readonly startsAt: string;
  /** Null while it lasts. */
  readonly endsAt: string | null;
  readonly state: State;
}

/** Nobody suspects anything of these: they look whether all is here. */
const PRECAUTIONS: ReadonlySet<Gap["trigger"]> = new Set(["person", "nightly"]);

/** What is said of several at once, the first that any of them is in. */
const ORDER: readonly State[] = ["running", "waiting", "held", "failed", "open"];

const laterEnd = (a: string | null, b: string | null): string | null => (a === null || b === null ? null : a > b ? a : b);

const stateOfAll = (states: readonly State[]): State | null => ORDER.find((one) => states.includes(one)) ?? null;

/** The times in which messages may be missing, earliest first; those that meet are one. */
export function gapSpans(gaps: readonly Gap[]): readonly GapSpan[] {
  const spans: GapSpan[] = [];
  const suspected = gaps.filter(({ trigger }) => !PRECAUTIONS.has(trigger));
  for (const { starts_at, ends_at, state } of suspected.toSorted((a, b) => a.starts_at.localeCompare(b.starts_at))) {
    const last = spans.at(-1);
    if (last === undefined || (last.endsAt !== null && last.endsAt < starts_at)) {
      spans.push({ startsAt: starts_at, endsAt: ends_at, state });
    } else {
      const joined = stateOfAll([last.state, state]) ?? state;
      spans[spans.length - 1] = { startsAt: last.startsAt, endsAt: laterEnd(last.endsAt, ends_at), state: joined };
    }
  }
  return spans;
}

/** How far the drawn messages reach. */
interface Reach {
  readonly fromFirst: boolean;
  readonly toNewest: boolean;
}

/**
 * The spans by the index of the message they stand above; `messages.length` is below the last. What begins outside of the
 * drawn stretch is not drawn.
 */
export function gapPlaces(
  spans: readonly GapSpan[],
  messages: readonly Pick<LocalMessage, "sent_at">[],
  reach: Reach,
): ReadonlyMap<number, readonly GapSpan[]> {
  const places = new Map<number, GapSpan[]>();
  for (const span of spans) {
    const following = messages.findIndex(({ sent_at }) => sent_at >= span.startsAt);
    const index = following === -1 ? messages.length : following;
    if ((index === 0 && !reach.fromFirst) || (index === messages.length && !reach.toNewest)) continue;
    places.set(index, [...(places.get(index) ?? []), span]);
  }
  return places;
}

/** How it stands with what may be missing before the drawn messages, where nobody sees its mark; null where nothing may. */
export function gapAbove(
  spans: readonly GapSpan[],
  messages: readonly Pick<LocalMessage, "sent_at">[],
  { fromFirst }: Pick<Reach, "fromFirst">,
): State | null {
  const first = messages[0]?.sent_at;
  if (fromFirst || first === undefined) return null;
  return stateOfAll(spans.filter(({ startsAt }) => startsAt <= first).map(({ state }) => state));
}

/** Messages in a row that no delivery brought, and how late the latest of them came. */
export interface Recovered {
  readonly count: number;
  readonly lateMs: number;
}

/** Of each message that begins such a row; `breaksAt` tells where something stands between two messages. */
export function recoveredRows(
  messages: readonly Pick<LocalMessage, "found_by" | "sent_at" | "received_at">[],
  breaksAt: (index: number) => boolean,
): ReadonlyMap<number, Recovered> {
  const rows = new Map<number, Recovered>();
  let first = -1;
  messages.forEach(({ found_by, sent_at, received_at }, index) => {
    if (found_by !== "repair") {
      first = -1;
      return;
    }
    if (first === -1 || breaksAt(index)) first = index;
    const { count, lateMs } = rows.get(first) ?? { count: 0, lateMs: 0 };
    rows.set(first, { count: count + 1, lateMs: Math.max(lateMs, Date.parse(received_at) - Date.parse(sent_at)) });
  });
  return rows;
}
