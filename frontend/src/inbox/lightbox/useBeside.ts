import { useEffect, useState } from "react";

import type { Id } from "../../api/types";
import { useClient } from "../../sync/client";
import { threadLoadOlder } from "../../sync/mutations";
import { pictureBeside, thread, type Shown } from "../../sync/queries";

/** Pages of earlier messages that are read, at most, in search of one more picture. */
const MOST_PAGES = 10;

interface Beside {
  readonly of: Id;
  readonly before: Shown | null;
  readonly after: Shown | null;
}

/** The pictures before and after one; earlier messages are read where none is here yet. */
export function useBeside({ message, attachment }: Shown): Omit<Beside, "of"> {
  const client = useClient();
  const [found, setFound] = useState<Beside | null>(null);
  const of = attachment.id;
  const { id: messageId, conversation_id: conversationId } = message;
  useEffect(() => {
    const leaving = new AbortController();
    const left = (): boolean => leaving.signal.aborted;
    const place = { messageId, attachmentId: of };
    const look = async (): Promise<void> => {
      const after = await pictureBeside(client.db, place, "after");
      let before = await pictureBeside(client.db, place, "before");
      if (!left()) setFound({ of, before, after });
      for (let page = 0; before === null && page < MOST_PAGES && !left(); page += 1) {
        if ((await thread(client.db, conversationId))?.complete !== false) break;
        await threadLoadOlder(client, conversationId);
        before = await pictureBeside(client.db, place, "before");
        if (!left() && before !== null) setFound({ of, before, after });
      }
    };
    // Without the server, what is here is all there is to turn to.
    look().catch(() => undefined);
    return () => {
      leaving.abort();
    };
  }, [client, messageId, conversationId, of]);
  return found?.of === of ? found : { before: null, after: null };
}
