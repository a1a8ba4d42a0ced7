import { recoveredRows, type GapSpan, type Recovered } from "../gaps/marks";
import { dayKey } from "../lib/time";
import type { LocalMessage } from "../sync/rows";

/** A bubble joins the one before it when the same side and sender wrote it within this time. */
const GROUP_MS = 5 * 60_000;

/** A message with what its place among the others decides. */
export interface PlacedMessage {
  readonly message: LocalMessage;
  /** Starts a calendar day: a day line stands above it. */
  readonly startsDay: boolean;
  /** Is the first unread: the "New" line stands above it. */
  readonly startsNew: boolean;
  /** Times in which messages may be missing that begin before it. */
  readonly gaps: readonly GapSpan[];
  /** Begins a row of messages that were recovered. */
  readonly recovered: Recovered | null;
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
}

const standsAlone = (message: LocalMessage): boolean => message.kind === "event";

function joins(before: LocalMessage, after: LocalMessage): boolean {
  return (
    !standsAlone(before) &&
    !standsAlone(after) &&
    before.direction === after.direction &&
    // Our side is one, whether its row has come from upstream yet or not.
    (before.direction === "outbound" ||
      (before.sender_id === after.sender_id && before.sender_name === after.sender_name)) &&
    dayKey(before.sent_at) === dayKey(after.sent_at) &&
    Date.parse(after.sent_at) - Date.parse(before.sent_at) <= GROUP_MS
  );
}

/** `gaps` stand above the message of that index. */
export function placeMessages(
  messages: readonly LocalMessage[],
  newFrom: string | null,
  gaps: ReadonlyMap<number, readonly GapSpan[]>,
): PlacedMessage[] {
  const startsDay = (index: number): boolean => {
    const [before, message] = [messages[index - 1], messages[index]];
    return before === undefined || message === undefined || dayKey(before.sent_at) !== dayKey(message.sent_at);
  };
  const isMarked = (index: number): boolean => messages[index]?.position === newFrom || gaps.has(index);
  const recovered = recoveredRows(messages, (index) => startsDay(index) || isMarked(index));
  const apart = (index: number): boolean => isMarked(index) || recovered.has(index);
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    return {
      message,
      startsDay: startsDay(index),
      startsNew: message.position === newFrom,
      gaps: gaps.get(index) ?? [],
      recovered: recovered.get(index) ?? null,
      startsGroup: before === undefined || apart(index) || !joins(before, message),
      endsGroup: after === undefined || apart(index + 1) || !joins(message, after),
    };
  });
}
