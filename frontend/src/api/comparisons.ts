/** Comparing an account with upstream, and what that found. */
import { API, json, query } from "./http";
import type { Comparison, ComparisonPage, ComparisonReport } from "./schema";
import type { Id } from "./types";

const channelPath = (channelId: Id): string => `communications/channels/${encodeURIComponent(channelId)}/comparisons/`;
const comparisonPath = (id: Id): string => `communications/comparisons/${encodeURIComponent(id)}/`;

export function checkNow(clientId: string, channelId: Id): Promise<Comparison> {
  const headers = { "Idempotency-Key": clientId };
  return json(channelPath(channelId), { method: "POST", body: { client_id: clientId }, headers });
}

export function listComparisons(channelId: Id, cursor: string | null, signal?: AbortSignal): Promise<ComparisonPage> {
  return json(channelPath(channelId) + query({ cursor, limit: 20 }), { signal });
}

export function getComparisonReport(id: Id, signal?: AbortSignal): Promise<ComparisonReport> {
  return json(`${comparisonPath(id)}report/`, { signal });
}

/** Where the whole of a comparison can be saved from. */
export const comparisonReportAddress = (id: Id): string => `${API}${comparisonPath(id)}report/`;
