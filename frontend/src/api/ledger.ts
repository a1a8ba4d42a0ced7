/** What came in, and where messages come from: asked of the server each time, and kept nowhere. */
import { json, query } from "./http";
import type {
  ChannelCalls,
  DeliveryBody,
  DeliveryCauses,
  DeliveryDetail,
  DeliveryDifference,
  DeliveryPage,
  DeliveryTotals,
  Inspection,
  MessageTexts,
  ReplayOrder,
  ReplayOrders,
} from "./schema";
import type { Id } from "./types";

const DELIVERIES = "communications/deliveries/";

/** Which deliveries are meant, by the server's own names; what is null does not narrow. */
export interface DeliveryFilter {
  readonly outcome: string | null;
  readonly event: string | null;
  readonly source: string | null;
  readonly channel_id: string | null;
  readonly account: string | null;
  readonly conversation_id: string | null;
  readonly message_id: string | null;
  readonly received_after: string | null;
  readonly received_before: string | null;
  readonly reason: string | null;
  readonly text: string | null;
}

/** Looking through a long ledger takes its time. */
const PATIENCE_MS = 45_000;

export function listDeliveries(
  filter: DeliveryFilter,
  cursor: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<DeliveryPage> {
  return json(DELIVERIES + query({ ...filter, cursor, limit }), { signal, deadlineMs: PATIENCE_MS });
}

export function totalDeliveries(filter: DeliveryFilter, signal?: AbortSignal): Promise<DeliveryTotals> {
  return json(`${DELIVERIES}totals/${query({ ...filter })}`, { signal, deadlineMs: PATIENCE_MS });
}

export function listCauses(filter: DeliveryFilter, signal?: AbortSignal): Promise<DeliveryCauses> {
  return json(`${DELIVERIES}causes/${query({ ...filter })}`, { signal, deadlineMs: PATIENCE_MS });
}

export function getDelivery(id: string, signal?: AbortSignal): Promise<DeliveryDetail> {
  return json(`${DELIVERIES}${encodeURIComponent(id)}/`, { signal });
}

/** @throws ApiError `body_removed` (410). That it was looked at is recorded. */
export function getBody(id: string, signal?: AbortSignal): Promise<DeliveryBody> {
  return json(`${DELIVERIES}${encodeURIComponent(id)}/body/`, { signal });
}

/** @throws ApiError `body_removed` (410), `busy` (503). That it was looked at is recorded. */
export function getDifference(id: string, signal?: AbortSignal): Promise<DeliveryDifference> {
  return json(`${DELIVERIES}${encodeURIComponent(id)}/difference/`, { signal });
}

export function replayDelivery(id: string): Promise<DeliveryDetail> {
  return json(`${DELIVERIES}${encodeURIComponent(id)}/replay/`, { method: "POST", body: {} });
}

/** @throws ApiError `not_found` (404) when nothing is selected. */
export function replayDeliveries(filter: DeliveryFilter): Promise<ReplayOrder> {
  const told = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null));
  const everything = Object.keys(told).length === 0;
  return json(`${DELIVERIES}replay/`, { method: "POST", body: { ...told, everything }, deadlineMs: PATIENCE_MS });
}

export function listReplays(signal?: AbortSignal): Promise<ReplayOrders> {
  return json(`${DELIVERIES}replay/`, { signal });
}

/** What asking upstream cost one account today. */
export function getCalls(channelId: Id, signal?: AbortSignal): Promise<ChannelCalls> {
  return json(`communications/channels/${encodeURIComponent(channelId)}/calls/`, { signal });
}

export function inspectMessage(id: Id, signal?: AbortSignal): Promise<Inspection> {
  return json(`communications/messages/${encodeURIComponent(id)}/inspection/`, { signal });
}

/** For administrators of the channel. That it was looked at is recorded. */
export function getTexts(id: Id, signal?: AbortSignal): Promise<MessageTexts> {
  return json(`communications/messages/${encodeURIComponent(id)}/texts/`, { signal });
}
