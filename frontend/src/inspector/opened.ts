/** Which message is being inspected, and when messages were first drawn in this tab. */
import { useSyncExternalStore } from "react";

import type { Id } from "../api/types";

/** As many moments as are kept; the oldest go first. */
const MOMENTS = 5_000;

let opened: Id | null = null;
const listeners = new Set<() => void>();
const drawnAt = new Map<Id, number>();

export function inspect(id: Id | null): void {
  opened = id;
  for (const listener of listeners) listener();
}

export function useInspected(): Id | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => opened,
  );
}

export function noteDrawn(id: Id): void {
  if (drawnAt.has(id)) return;
  drawnAt.set(id, Date.now());
  const oldest = drawnAt.size > MOMENTS ? drawnAt.keys().next().value : undefined;
  if (oldest !== undefined) drawnAt.delete(oldest);
}

export function firstDrawn(id: Id): string | null {
  const at = drawnAt.get(id);
  return at === undefined ? null : new Date(at).toISOString();
}
