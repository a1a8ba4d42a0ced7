import { useCallback, useEffect, useRef, useState } from "react";

import { ApiError } from "../api/http";
import { momentSince } from "../lib/time";
import { words } from "../lib/words";
import { useClient, useSyncStatus } from "../sync/client";
import { threadAskUpstream } from "../sync/mutations";
import type { LocalConversation } from "../sync/rows";
import type { ThreadWindow } from "./useThreadWindow";

/** How asking upstream for older messages goes; `words` says why it did not. */
export interface OlderState {
  readonly kind: "idle" | "asking" | "refused" | "nothing";
  readonly fromPhone: boolean;
  readonly words: string;
}

const IDLE: OlderState = { kind: "idle", fromPhone: false, words: "" };

export interface Older {
  readonly state: OlderState;
  /** Upstream may have something older than the server. */
  readonly mayHave: boolean;
  readonly ask: (fromPhone: boolean) => void;
  /** The beginning of what is here came into view: asks, once for each oldest message. */
  readonly reach: () => void;
}

/** What upstream has and the server has not: asked for where the thread's upper edge is looked at. */
export function useOlder(conversation: LocalConversation, view: ThreadWindow): Older {
  const client = useClient();
  const isLive = useSyncStatus().phase === "live";
  const [state, setState] = useState(IDLE);
  const asking = useRef(false);
  const reached = useRef<string | null>(null);
  const { id, history } = conversation;
  const { complete, olderCame } = view;
  const came = useRef(olderCame);
  useEffect(() => {
    came.current = olderCame;
  });
  const ask = useCallback(
    (fromPhone: boolean) => {
      if (asking.current) return;
      asking.current = true;
      setState({ kind: "asking", fromPhone, words: "" });
      threadAskUpstream(client, id, fromPhone)
        .then(
          (run) => {
            if (run.state !== "done") {
              const until = run.held_until === null ? "" : words.thread.heldUntil(momentSince(Date.parse(run.held_until), new Date()));
              setState({ kind: "refused", fromPhone, words: `${run.reason ?? words.thread.olderFailed} ${until}`.trim() });
              return;
            }
            setState(run.stored === 0 ? { kind: "nothing", fromPhone, words: "" } : IDLE);
            if (run.stored > 0) came.current();
          },
          (error: unknown) => {
            const said = error instanceof ApiError ? error.message : words.thread.olderFailed;
            setState({ kind: "refused", fromPhone, words: said });
          },
        )
        .finally(() => {
          asking.current = false;
        });
    },
    [client, id],
  );
  const oldest = view.messages?.[0]?.id ?? "";
  const mayHave = complete && !history.is_whole;
  const reach = useCallback(() => {
    if (!mayHave || !isLive || reached.current === oldest) return;
    reached.current = oldest;
    ask(false);
  }, [mayHave, isLive, oldest, ask]);
  return { state, mayHave, ask, reach };
}
