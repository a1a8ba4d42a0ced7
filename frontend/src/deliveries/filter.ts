/** The state of the page as it stands in the address: filters under the server's names, the part, the open delivery. */
import { useCallback, useMemo } from "react";

import type { DeliveryFilter } from "../api/ledger";
import { DELIVERIES_PATH, navigate, useAddressQuery } from "../lib/router";

export type Tab = "all" | "causes" | "replays" | "calls";

export interface Place {
  readonly tab: Tab;
  readonly filter: DeliveryFilter;
  /** The delivery whose details are open. */
  readonly delivery: string | null;
}

export const NO_FILTER: DeliveryFilter = {
  outcome: null,
  event: null,
  source: null,
  channel_id: null,
  account: null,
  conversation_id: null,
  message_id: null,
  received_after: null,
  received_before: null,
  reason: null,
  text: null,
};

const NAMES = Object.keys(NO_FILTER) as (keyof DeliveryFilter)[];
const TABS: readonly string[] = ["all", "causes", "replays", "calls"] satisfies Tab[];

export function placeOf(query: string): Place {
  const told = new URLSearchParams(query);
  const tab = told.get("tab") ?? "all";
  const pairs = NAMES.map((name) => [name, told.get(name) === "" ? null : told.get(name)] as const);
  return {
    tab: TABS.includes(tab) ? (tab as Tab) : "all",
    filter: { ...NO_FILTER, ...Object.fromEntries(pairs) },
    delivery: told.get("delivery"),
  };
}

export function placePath({ tab, filter, delivery }: Place): string {
  const told = new URLSearchParams();
  if (tab !== "all") told.set("tab", tab);
  for (const name of NAMES) {
    const value = filter[name];
    if (value !== null) told.set(name, value);
  }
  if (delivery !== null) told.set("delivery", delivery);
  const query = told.toString();
  return query === "" ? DELIVERIES_PATH : `${DELIVERIES_PATH}?${query}`;
}

export function isNarrowed(filter: DeliveryFilter): boolean {
  return NAMES.some((name) => filter[name] !== null);
}

export interface Navigation {
  readonly place: Place;
  /** Filters and parts are steps one can go back from; `how` says otherwise where a person is still typing. */
  readonly go: (change: Partial<Place>, how?: "push" | "replace") => void;
  readonly narrow: (change: Partial<DeliveryFilter>, how?: "push" | "replace") => void;
}

export function useNavigation(): Navigation {
  const query = useAddressQuery();
  const place = useMemo(() => placeOf(query), [query]);
  const go = useCallback((change: Partial<Place>, how: "push" | "replace" = "push") => {
    navigate(placePath({ ...placeOf(location.search), ...change }), how);
  }, []);
  const narrow = useCallback(
    (change: Partial<DeliveryFilter>, how: "push" | "replace" = "push") => {
      go({ filter: { ...placeOf(location.search).filter, ...change }, delivery: null }, how);
    },
    [go],
  );
  return { place, go, narrow };
}
