/** What follows from how a run stands. */
import type { HistoryChat, HistoryRun } from "../api/schema";

type Standing = Pick<HistoryRun, "state" | "found" | "expected" | "is_import_running">;

export const isUnfinished = ({ state }: Pick<HistoryRun, "state">): boolean =>
  state === "waiting" || state === "running" || state === "paused" || state === "held";

/** How full a bar is, from 0 to 1; null where there is no telling. */
export type Share = number | null;

/** Upstream's own reading. */
export const theirShare = ({ is_import_running }: Pick<Standing, "is_import_running">): Share =>
  is_import_running === false ? 1 : null;

/** Our copy; never full before it is done. */
export function ourShare({ state, found, expected }: Standing): Share {
  if (state === "done") return 1;
  if (expected === null || expected === 0) return null;
  return Math.min(0.99, found / expected);
}

type ChatStanding = Pick<HistoryChat, "state" | "found" | "expected" | "is_whole">;

/** How much of a chat is here; never full before that is known. */
export function chatShare({ state, found, expected, is_whole: isWhole }: ChatStanding): Share {
  if (isWhole || state === "done") return 1;
  if (expected !== null && expected > 0) return Math.min(0.99, found / expected);
  return state === "copying" ? null : 0;
}

/** What a run found, in the parts that add up to it. */
export function partsOf(run: HistoryRun): readonly (readonly ["stored" | "changed" | "known" | "refused", number])[] {
  const refused = run.refused.reduce((sum, { count }) => sum + count, 0);
  return [
    ["stored", run.stored],
    ["changed", run.changed],
    ["known", run.known],
    ["refused", refused],
  ];
}

const DAY_MS = 86_400_000;

export type Depth = "month" | "year" | "all";

/** The moment before which nothing is copied. */
export function sinceOf(depth: Depth, now: Date): string | null {
  if (depth === "all") return null;
  return new Date(now.getTime() - (depth === "month" ? 30 : 365) * DAY_MS).toISOString();
}
