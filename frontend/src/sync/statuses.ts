/** The time line of a channel: read from the server when somebody looks, and kept nowhere. */
import { listChannelStatuses } from "../api/http";
import type { ChannelStatusPage, Id } from "../api/types";

export function channelStatuses(channelId: Id, cursor: string | null): Promise<ChannelStatusPage> {
  return listChannelStatuses(channelId, cursor);
}
