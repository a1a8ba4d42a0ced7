import { json } from "./http";
import type { Alarm, Channel, Id } from "./types";

const channelPath = (channelId: Id): string => `communications/channels/${encodeURIComponent(channelId)}/`;

export function setReadReceipts(channelId: Id, readReceipts: Channel["read_receipts"]): Promise<Channel> {
  return json(channelPath(channelId), { method: "PATCH", body: { read_receipts: readReceipts } });
}

/** Whether the account is compared with upstream once a night. */
export function setNightlyCheck(channelId: Id, isWanted: boolean): Promise<Channel> {
  return json(channelPath(channelId), { method: "PATCH", body: { nightly_check: isWanted } });
}

/** Stops reminders; for owners and admins. */
export function acknowledgeAlarm(alarmId: Id): Promise<Alarm> {
  return json(`communications/alarms/${encodeURIComponent(alarmId)}/acknowledge/`, { method: "POST" });
}
