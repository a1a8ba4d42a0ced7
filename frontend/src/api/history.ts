/** Copying what upstream holds of an account: runs, how they stand and what they found. */
import { API, chatPath, json, query } from "./http";
import type { HistoryChatPage, HistoryReport, HistoryRun, HistoryRunPage } from "./schema";
import type { Id } from "./types";

const WAIT_SECONDS = 10;
const REPORT_DEADLINE_MS = 60_000;

export type HistoryAct = "pause" | "resume" | "cancel";

export interface WantedHistory {
  /** Nothing older is copied; null copies everything. */
  readonly since: string | null;
  readonly media: HistoryRun["media"];
}

const channelPath = (channelId: Id): string => `communications/channels/${encodeURIComponent(channelId)}/history/`;
const runPath = (runId: Id): string => `communications/history/${encodeURIComponent(runId)}/`;

/** Answers the run that is under way where there is one. */
export function startHistory(clientId: string, channelId: Id, wanted: WantedHistory): Promise<HistoryRun> {
  const headers = { "Idempotency-Key": clientId };
  return json(channelPath(channelId), { method: "POST", body: { client_id: clientId, ...wanted }, headers });
}

export function listHistory(channelId: Id, cursor: string | null, signal?: AbortSignal): Promise<HistoryRunPage> {
  return json(channelPath(channelId) + query({ cursor, limit: 20 }), { signal });
}

export function getHistoryRun(runId: Id, signal?: AbortSignal): Promise<HistoryRun> {
  return json(runPath(runId), { signal });
}

export function listHistoryChats(runId: Id, cursor: string | null, signal?: AbortSignal): Promise<HistoryChatPage> {
  return json(`${runPath(runId)}chats/${query({ cursor, limit: 100 })}`, { signal });
}

export function actOnHistory(runId: Id, act: HistoryAct): Promise<HistoryRun> {
  return json(`${runPath(runId)}acts/`, { method: "POST", body: { act } });
}

/** The run as a whole, beside an earlier one. */
export function compareHistory(runId: Id, earlierId: Id, signal?: AbortSignal): Promise<HistoryReport> {
  return json(`${runPath(runId)}report/${query({ compared_with: earlierId })}`, { signal, deadlineMs: REPORT_DEADLINE_MS });
}

/** Where the whole of a run can be saved from. */
export const historyReportAddress = (runId: Id): string => `${API}${runPath(runId)}report/`;

/**
 * Has what is older than the server holds of a chat asked for, and waits a little for it. `fromPhone` has upstream ask the phone
 * first.
 * @throws ApiError 409 with words where the account is down or its calls are spent.
 */
export function askOlder(chatId: Id, fromPhone: boolean): Promise<HistoryRun> {
  return json(`${chatPath("all", chatId)}older/`, { method: "POST", body: { from_phone: fromPhone }, headers: { Prefer: `wait=${WAIT_SECONDS}` } });
}
