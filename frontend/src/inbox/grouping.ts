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

export function placeMessages(messages: readonly LocalMessage[], newFrom: string | null): PlacedMessage[] {
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    return {
      message,
      startsDay: before === undefined || dayKey(before.sent_at) !== dayKey(message.sent_at),
      startsNew: message.position === newFrom,
      startsGroup: before === undefined || message.position === newFrom || !joins(before, message),
      endsGroup: after === undefined || after.position === newFrom || !joins(message, after),
    };
  });
}
