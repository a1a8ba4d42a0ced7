import type { Attendee, Mention } from "../api/types";
import { useLive } from "../sync/client";
import { attendeesOf } from "../sync/queries";

/** Those whom a text mentions, as this device now knows them. */
export function useMentioned(mentions: readonly Mention[]): readonly Attendee[] | undefined {
  return useLive(attendeesOf, mentions.flatMap((mention) => mention.attendee_id ?? []).join(","));
}
