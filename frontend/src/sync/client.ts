/** What a component gets of the local copy: named queries that stay current, and named mutations. */
import { createContext, use, useCallback, useEffect, useState, useSyncExternalStore } from "react";

import type { Id, User } from "../api/types";
import type { LocalDatabase } from "./db";
import type { Engine } from "./engine";
import type { Outbox } from "./outbox/outbox";
import type { RowCache } from "./rowCache";
import type { LocalConversation } from "./rows";
import type { SyncStatus } from "./status";
import { following } from "./watchedRows";

export interface Client {
  readonly db: LocalDatabase;
  readonly engine: Engine;
  readonly rows: RowCache;
  readonly outbox: Outbox;
  readonly user: User;
  /** A demo account with a simulated phone is behind this server. */
  readonly demo: boolean;
}

export const ClientContext = createContext<Client | null>(null);

export function useClient(): Client {
  const client = use(ClientContext);
  if (client === null) throw new Error("useClient is used outside of ClientContext");
  return client;
}

export function useSyncStatus(): SyncStatus {
  const { status } = useClient().engine;
  return useSyncExternalStore(status.subscribe, status.get);
}

/** One row of the list, from the cache that `useWatchedRows` keeps current. */
export function useRow(id: Id): LocalConversation | undefined {
  const { rows } = useClient();
  return useSyncExternalStore(
    useCallback((listener) => rows.subscribe(id, listener), [rows, id]),
    () => rows.get(id),
  );
}

/** The picture of a person as far as it is known; asks the server once for whoever is shown. */
export function usePersonPicture(attendeeId: Id | null): string | null {
  const { engine, rows } = useClient();
  const picture = useSyncExternalStore(
    useCallback(
      (listener) => (attendeeId === null ? () => undefined : rows.people.subscribe(attendeeId, listener)),
      [rows, attendeeId],
    ),
    () => (attendeeId === null ? null : (rows.people.get(attendeeId)?.picture_url ?? null)),
  );
  useEffect(() => {
    if (attendeeId !== null) engine.pictures.want("attendee", [attendeeId]);
  }, [engine, attendeeId]);
  return picture;
}

/** A direct conversation shows its contact, any other its own picture. */
export function useConversationPicture(
  row: Pick<LocalConversation, "id" | "kind" | "contact_id" | "picture_url"> | undefined,
): string | null {
  const { engine } = useClient();
  const contact = row?.kind === "direct" ? row.contact_id : null;
  const person = usePersonPicture(contact);
  const groupId = row !== undefined && row.kind !== "direct" ? row.id : null;
  useEffect(() => {
    if (groupId !== null) engine.pictures.want("conversation", [groupId]);
  }, [engine, groupId]);
  return person ?? row?.picture_url ?? null;
}

export function useWatchedPeople(ids: readonly Id[]): void {
  const { people } = useClient().rows;
  const key = ids.join(",");
  useEffect(() => (key === "" ? undefined : people.watch(key.split(","))), [people, key]);
}

export function useWatchedRows(ids: readonly Id[]): void {
  const { rows } = useClient();
  const key = ids.join(",");
  useEffect(() => (key === "" ? undefined : rows.watch(key.split(","))), [rows, key]);
}

type Query<A extends readonly unknown[], T> = (db: LocalDatabase, ...args: A) => Promise<T>;

interface Shown<T> {
  readonly key: string;
  readonly value: T;
}

/**
 * The current answer of a named query, or undefined until there is one for these arguments.
 * Arguments are compared by value; they are small (ids, filters, positions).
 */
export function useLive<A extends readonly unknown[], T>(query: Query<A, T>, ...args: A): T | undefined {
  return useLiveWithPrevious(query, ...args).current;
}

/** As `useLive`, with the answer to the earlier arguments for the time until the new one is there. */
export function useLiveWithPrevious<A extends readonly unknown[], T>(
  query: Query<A, T>,
  ...args: A
): { readonly current: T | undefined; readonly latest: T | undefined } {
  const { db } = useClient();
  const key = JSON.stringify(args);
  const [shown, setShown] = useState<Shown<T> | null>(null);
  useEffect(() => {
    const parameters = JSON.parse(key) as unknown as A;
    return following(
      () => query(db, ...parameters),
      (value) => {
        setShown({ key, value });
      },
    );
  }, [db, query, key]);
  return { current: shown?.key === key ? shown.value : undefined, latest: shown?.value };
}
