import { json } from "./http";
import type { Channel, Id } from "./types";

export function setReadReceipts(channelId: Id, readReceipts: Channel["read_receipts"]): Promise<Channel> {
  return json(`communications/channels/${encodeURIComponent(channelId)}/`, { method: "PATCH", body: { read_receipts: readReceipts } });
}
