import { calendarDay } from "../lib/time";
import type { SearchState } from "./useSearch";
import { searchWords } from "./words";

/** One line under the words: what is wrong with them, or what was found and how. */
export function Status({ state, q }: { readonly state: SearchState; readonly q: string }) {
  const { results, refused, busy } = state;
  if (refused !== null) {
    return (
      <p id="search-status" className="search-status search-refused" role="status">
        {refused}
      </p>
    );
  }
  if (results?.q !== q || q.trim() === "" || busy) {
    return <p id="search-status" className="search-status" role="status" />;
  }
  const { offline, total, forgiving, hits, completeness } = results;
  if (offline !== null) {
    const { messages, conversations, since } = offline;
    return (
      <p id="search-status" className="search-status search-offline" role="status">
        {searchWords.offline(messages, conversations, since === null ? null : calendarDay(since))}
      </p>
    );
  }
  return (
    <p id="search-status" className="search-status" role="status">
      {total !== null ? searchWords.total(total) : hits.length > 0 && searchWords.newest}
      {forgiving && ` · ${searchWords.forgiving}`}
      {completeness !== null && completeness.chats > 0 && ` · ${searchWords.complete(completeness.whole, completeness.chats)}`}
    </p>
  );
}
