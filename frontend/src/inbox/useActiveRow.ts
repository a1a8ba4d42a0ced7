import { useCallback, useState } from "react";

import type { Id } from "../api/types";

interface Chosen {
  readonly id: Id | null;
  /** Where it stood when it was last in the list. */
  readonly index: number;
  readonly filterKey: string;
}

export interface ActiveRow {
  readonly id: Id | null;
  readonly index: number;
  /** The chosen row has gone, and nobody has chosen this one yet. */
  readonly inherited: boolean;
  readonly choose: (id: Id) => void;
}

/** The row that has the keyboard's attention: the chosen one, and once that has left the list the one in its place. */
export function useActiveRow(ids: readonly Id[], filterKey: string, first: Id | null): ActiveRow {
  const [chosen, setChosen] = useState<Chosen>({ id: first, index: -1, filterKey });
  const found = chosen.id === null ? -1 : ids.indexOf(chosen.id);
  if (found >= 0 && (found !== chosen.index || chosen.filterKey !== filterKey)) setChosen({ ...chosen, index: found, filterKey });
  const left = found < 0 && chosen.filterKey === filterKey ? Math.min(chosen.index, ids.length - 1) : -1;
  const index = found >= 0 ? found : left;
  return {
    id: ids[index] ?? null,
    index,
    inherited: found < 0 && index >= 0,
    choose: useCallback(
      (id) => {
        setChosen({ id, index: -1, filterKey });
      },
      [filterKey],
    ),
  };
}
