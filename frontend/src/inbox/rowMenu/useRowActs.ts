import { useCallback, useMemo, useState } from "react";

import { conversationChange } from "../../sync/acts";
import { useClient } from "../../sync/client";
import { conversationMarkRead } from "../../sync/mutations";
import type { LocalConversation } from "../../sync/rows";
import type { RowActs } from "./rowActs";

/** A conversation that was just put into the archive, or taken out of it. */
export interface Shelved {
  readonly row: LocalConversation;
  readonly archived: boolean;
}

interface RowActing {
  readonly acts: RowActs;
  /** What can still be undone. */
  readonly shelved: Shelved | null;
  readonly undo: () => void;
  readonly forget: () => void;
}

export function useRowActs(): RowActing {
  const client = useClient();
  const [shelved, setShelved] = useState<Shelved | null>(null);
  const acts = useMemo(
    (): RowActs => ({
      change: (row, change) => {
        conversationChange(client, row, change);
        if (change.archived !== undefined) setShelved({ row, archived: change.archived });
      },
      markRead: (row) => {
        if (row.marked_unread) conversationChange(client, row, { marked_unread: false });
        if (row.last_message !== null) void conversationMarkRead(client, row.id, row.last_message.id);
      },
    }),
    [client],
  );
  const forget = useCallback(() => {
    setShelved(null);
  }, []);
  const undo = useCallback(() => {
    if (shelved === null) return;
    conversationChange(client, shelved.row, { archived: !shelved.archived });
    forget();
  }, [client, shelved, forget]);
  return { acts, shelved, undo, forget };
}
