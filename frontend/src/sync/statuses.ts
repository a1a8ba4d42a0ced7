/** What is told of a channel: its time line, read when somebody looks and kept nowhere, and its alarms, which come by the feed. */
import * as api from "../api/channels";
import { listChannelStatuses } from "../api/http";
import type { ChannelStatusPage, Id } from "../api/types";

export function channelStatuses(channelId: Id, cursor: string | null): Promise<ChannelStatusPage> {
  return listChannelStatuses(channelId, cursor);
}

/** The row follows by the feed. */
export async function acknowledgeAlarm(alarmId: Id): Promise<void> {
  await api.acknowledgeAlarm(alarmId);
}
