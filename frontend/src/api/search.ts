/** Search by the server. */
import { json, query } from "./http";
import type { SearchPage } from "./types";

/** @throws ApiError `invalid_query` (400, the detail names the place) or `too_broad` (503). */
export function search(q: string, cursor: string | null, signal?: AbortSignal): Promise<SearchPage> {
  const utcOffset = -new Date().getTimezoneOffset();
  return json(`communications/search/${query({ q, cursor, limit: 50, utc_offset: utcOffset })}`, { signal });
}
