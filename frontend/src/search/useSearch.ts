import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { ApiError } from "../api/http";
import { search } from "../api/search";
import type { Attendee, Conversation, Hit, Id, SearchPage } from "../api/types";
import { useClient, useSyncStatus } from "../sync/client";
import { chatsLocally, messagesLocally, type LocalReach, type Store } from "./local";
import { InvalidQuery, searchQuery, type SearchQuery } from "./query";

/** The server is asked once typing has paused for so long. */
const PAUSE_MS = 120;

export interface Results {
  /** What they are the answer to. */
  readonly q: string;
  readonly chats: readonly Conversation[];
  /** Who is in those of the chats that were found by a member's name, by the chat. */
  readonly members: ReadonlyMap<Id, Attendee>;
  readonly hits: readonly Hit[];
  readonly conversations: ReadonlyMap<Id, Conversation>;
  readonly people: ReadonlyMap<Id, Attendee>;
  readonly total: number | null;
  readonly forgiving: boolean;
  readonly reach: SearchPage["reach"];
  readonly completeness: SearchPage["completeness"];
  /** Set where only this device was searched. */
  readonly offline: LocalReach | null;
  readonly nextCursor: string | null;
}

export interface SearchState {
  readonly results: Results | null;
  /** Chats that this device knew at once, until the server has answered. */
  readonly early: readonly Conversation[];
  readonly busy: boolean;
  /** What is malformed in what was typed, and what to write instead. */
  readonly refused: string | null;
  readonly failed: string | null;
  readonly moreFailed: boolean;
  readonly more: () => void;
  readonly retry: () => void;
}

/** Kept while a result is looked at, so that coming back shows the same list; each person's own. */
const kept = new WeakMap<Store, Results>();

function read(q: string): { query: SearchQuery | null; refused: string | null } {
  try {
    const now = new Date();
    return { query: q.trim() === "" ? null : searchQuery(q, now, -now.getTimezoneOffset()), refused: null };
  } catch (error) {
    if (error instanceof InvalidQuery) return { query: null, refused: error.message };
    throw error;
  }
}

function resultsOf(q: string, page: SearchPage, before: Results | null): Results {
  const conversations = new Map(before?.conversations);
  for (const row of page.conversations) conversations.set(row.id, row);
  const people = new Map(before?.people);
  for (const row of page.attendees) people.set(row.id, row);
  return {
    q,
    chats: before?.chats ?? page.chats.flatMap((id) => conversations.get(id) ?? []),
    members: before?.members ?? membersOf(page, people),
    hits: [...(before?.hits ?? []), ...page.hits],
    conversations,
    people,
    total: before === null ? page.total : before.total,
    forgiving: page.forgiving,
    reach: before === null ? page.reach : before.reach,
    completeness: before === null ? page.completeness : before.completeness,
    offline: null,
    nextCursor: page.next_cursor,
  };
}

function membersOf({ members }: SearchPage, people: ReadonlyMap<Id, Attendee>): ReadonlyMap<Id, Attendee> {
  const known = members.map(({ conversation_id, attendee_id }) => [conversation_id, people.get(attendee_id)] as const);
  return new Map(known.filter((one): one is readonly [Id, Attendee] => one[1] !== undefined));
}

async function searchThisDevice(db: Store, q: string, query: SearchQuery, signal: AbortSignal): Promise<Results> {
  const finds = await messagesLocally(db, query, signal);
  const chats = await chatsLocally(db, query);
  const conversations = new Map([...finds.conversations, ...chats].map((row) => [row.id, row]));
  const { hits, reach } = finds;
  const unknown = { members: new Map(), people: new Map(), forgiving: false, reach: null, completeness: null, nextCursor: null };
  return { q, chats, hits, conversations, total: hits.length, offline: reach, ...unknown };
}

export function useSearch(q: string): SearchState {
  const { db } = useClient();
  const isOffline = useSyncStatus().phase === "offline";
  const { query, refused } = useMemo(() => read(q), [q]);
  const [results, setResults] = useState<Results | null>(() => {
    const held = kept.get(db);
    return held?.q === q ? held : null;
  });
  const [early, setEarly] = useState<{ readonly q: string; readonly chats: readonly Conversation[] } | null>(null);
  const [failure, setFailure] = useState<{ readonly q: string; readonly error: Error } | null>(null);
  const [moreFailed, setMoreFailed] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const loading = useRef<object | null>(null);

  const show = useCallback(
    (found: Results) => {
      kept.set(db, found);
      setResults(found);
    },
    [db],
  );

  useEffect(() => {
    const held = kept.get(db);
    if (query === null || (held?.q === q && held.offline === null)) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const find = async (): Promise<Results> => {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      signal.throwIfAborted();
      try {
        return resultsOf(q, await search(q, null, signal), null);
      } catch (error) {
        if (signal.aborted || error instanceof ApiError) throw error;
        return searchThisDevice(db, q, query, signal);
      }
    };
    void chatsLocally(db, query).then((chats) => {
      if (!signal.aborted) setEarly({ q, chats });
    });
    find().then(
      (found) => {
        if (!signal.aborted) show(found);
      },
      (error: unknown) => {
        if (!signal.aborted) setFailure({ q, error: error instanceof Error ? error : new Error(String(error)) });
      },
    );
    return () => {
      leaving.abort();
      loading.current = null;
    };
  }, [db, q, query, attempt, isOffline, show]);

  const more = useCallback(() => {
    if (results?.q !== q || results.nextCursor === null || loading.current !== null) return;
    const mine = {};
    loading.current = mine;
    setMoreFailed(null);
    search(q, results.nextCursor)
      .then((page) => {
        if (loading.current === mine) show(resultsOf(q, page, results));
      })
      .catch(() => {
        if (loading.current === mine) setMoreFailed(q);
      })
      .finally(() => {
        if (loading.current === mine) loading.current = null;
      });
  }, [q, results, show]);

  const retry = useCallback(() => {
    setFailure(null);
    setAttempt((count) => count + 1);
  }, []);

  const failed = failure?.q === q ? failure.error : null;
  // A server that reads the words otherwise than this page has the last word.
  const isRefusal = failed instanceof ApiError && failed.status === 400;
  return {
    results,
    early: early?.q === q ? early.chats : [],
    busy: query !== null && results?.q !== q && failed === null,
    refused: isRefusal ? failed.message : refused,
    failed: isRefusal ? null : (failed?.message ?? null),
    moreFailed: moreFailed === q,
    more,
    retry,
  };
}
