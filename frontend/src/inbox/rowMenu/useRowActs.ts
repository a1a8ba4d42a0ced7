import { useMemo } from "react";

import { conversationChange } from "../../sync/acts";
import { useClient } from "../../sync/client";
import { conversationMarkRead } from "../../sync/mutations";
import type { RowActs } from "./rowActs";

export function useRowActs(): RowActs {
  const client = useClient();
  return useMemo(
    () => ({
      change: (row, change) => {
        conversationChange(client, row, change);
      },
      markRead: (row) => {
        if (row.marked_unread) conversationChange(client, row, { marked_unread: false });
        if (row.last_message !== null) void conversationMarkRead(client, row.id, row.last_message.id);
      },
    }),
    [client],
  );
}
