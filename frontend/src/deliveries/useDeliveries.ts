import { useCallback, useEffect, useRef, useState } from "react";

import { listDeliveries, type DeliveryFilter } from "../api/ledger";
import type { Delivery, DeliveryPage } from "../api/types";
import { useAnswer, type Answer } from "../lib/useAnswer";
import { useSyncStatus } from "../sync/client";

const PAGE = 50;
/** New ones are looked for when the feed speaks, at most this often. */
const TAIL_EVERY_MS = 3_000;

interface Older {
  /** The first page that these continue. */
  readonly of: DeliveryPage;
  readonly pages: readonly DeliveryPage[];
  readonly waiting: boolean;
  readonly error: unknown;
}

export interface Deliveries {
  readonly first: Answer<DeliveryPage>;
  readonly items: readonly Delivery[];
  readonly last: DeliveryPage | undefined;
  readonly loadingMore: boolean;
  readonly moreError: unknown;
  readonly loadMore: () => void;
}

/** The list page by page; what is loaded stays where it is until it is asked for anew. */
export function useDeliveries(filter: DeliveryFilter): Deliveries {
  const first = useAnswer(JSON.stringify(filter), (signal) => listDeliveries(filter, null, PAGE, signal));
  const [held, setOlder] = useState<Older | null>(null);
  const start = first.value;
  const older = held !== null && held.of === start ? held : null;
  const last = older?.pages.at(-1) ?? start;
  const cursor = last?.next_cursor ?? null;
  const loading = older?.waiting ?? false;

  const loadMore = useCallback(() => {
    if (start === undefined || cursor === null || loading) return;
    const extend = (pages: readonly DeliveryPage[], waiting: boolean, error: unknown): void => {
      setOlder((now) => ({ of: start, pages: [...(now?.of === start ? now.pages : []), ...pages], waiting, error }));
    };
    extend([], true, undefined);
    listDeliveries(filter, cursor, PAGE).then(
      (page) => {
        extend([page], false, undefined);
      },
      (error: unknown) => {
        extend([], false, error);
      },
    );
  }, [start, cursor, loading, filter]);

  return {
    first,
    items: [...(start?.items ?? []), ...(older?.pages ?? []).flatMap((page) => page.items)],
    last,
    loadingMore: loading,
    moreError: older?.error,
    loadMore,
  };
}

export interface Tail {
  readonly count: number;
  readonly atLeast: boolean;
}

/** How many have come since the newest that is listed; asked of our own server while somebody looks. */
export function useTail(filter: DeliveryFilter, first: DeliveryPage | undefined): Tail {
  const { freshAt, phase } = useSyncStatus();
  const [tail, setTail] = useState<Tail & { readonly of: DeliveryPage | undefined }>({ count: 0, atLeast: false, of: undefined });
  const askedAt = useRef(0);
  useEffect(() => {
    if (first === undefined || phase !== "live" || document.visibilityState === "hidden") return;
    const newest = first.items[0]?.id ?? "";
    const timer = setTimeout(
      () => {
        askedAt.current = Date.now();
        listDeliveries(filter, null, PAGE).then(
          ({ items }) => {
            const count = items.filter((item) => item.id > newest).length;
            setTail({ count, atLeast: count === PAGE, of: first });
          },
          () => undefined,
        );
      },
      Math.max(0, askedAt.current + TAIL_EVERY_MS - Date.now()),
    );
    return () => {
      clearTimeout(timer);
    };
  }, [freshAt, phase, filter, first]);
  return tail.of === first ? tail : { count: 0, atLeast: false };
}
