import { json } from "./http";
import type { Alarm, Channel, Id } from "./types";

export function setReadReceipts(channelId: Id, readReceipts: Channel["read_receipts"]): Promise<Channel> {
  return json(`communications/channels/${encodeURIComponent(channelId)}/`, { method: "PATCH", body: { read_receipts: readReceipts } });
}

/** Stops reminders; for owners and admins. */
export function acknowledgeAlarm(alarmId: Id): Promise<Alarm> {
  return json(`communications/alarms/${encodeURIComponent(alarmId)}/acknowledge/`, { method: "POST" });
}
