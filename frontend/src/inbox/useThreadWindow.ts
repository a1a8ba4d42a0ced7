import { useCallback, useEffect, useRef, useState } from "react";

import { ApiError } from "../api/http";
import type { Id } from "../api/types";
import { useClient, useLive, useLiveWithPrevious } from "../sync/client";
import { threadLoadOlder, threadOpen } from "../sync/mutations";
import { firstUnread, messages, positionAway, thread } from "../sync/queries";
import type { LocalMessage } from "../sync/rows";

const FIRST = 40;
const CONTEXT = 15;
const MORE = 40;
/** More elements than this are never drawn; what leaves is at the far end, out of sight. */
const MOST = 240;

interface Stretch {
  readonly from: string | null;
  /** Null follows the newest message. */
  readonly to: string | null;
}

export type LoadState = "idle" | "loading" | "failed" | "missing";

export interface ThreadWindow {
  /** Undefined until the local copy has answered. */
  readonly messages: readonly LocalMessage[] | undefined;
  /** Where the first unread message stood when the thread was opened or last left behind. */
  readonly newFrom: string | null;
  readonly setNewFrom: (position: string | null) => void;
  readonly followsNewest: boolean;
  /** The server has nothing older. */
  readonly complete: boolean;
  readonly newestLoad: LoadState;
  readonly olderLoad: LoadState;
  readonly extendUp: () => void;
  readonly extendDown: () => void;
  readonly jumpToNewest: () => void;
  readonly retry: () => void;
}

/** The stretch of one thread that is drawn: it grows in both directions and stays small. */
export function useThreadWindow(conversationId: Id, unreadAtOpening: number): ThreadWindow {
  const client = useClient();
  const { db } = client;
  const [stretch, setStretch] = useState<Stretch | null>(null);
  const [newFrom, setNewFrom] = useState<string | null>(null);
  const [newestLoad, setNewestLoad] = useState<LoadState>("idle");
  const [olderLoad, setOlderLoad] = useState<LoadState>("idle");
  const [attempt, setAttempt] = useState(0);
  const moving = useRef(false);
  const state = useLive(thread, conversationId);
  const read = useLiveWithPrevious(messages, {
    conversationId,
    from: stretch?.from ?? null,
    to: stretch === null ? "" : stretch.to,
  });

  const place = useCallback(async () => {
    const firstNew = await firstUnread(db, conversationId, unreadAtOpening);
    const from =
      firstNew === null
        ? await positionAway(db, conversationId, null, FIRST, "before")
        : ((await positionAway(db, conversationId, firstNew, CONTEXT, "before")) ?? firstNew);
    setNewFrom(firstNew);
    setStretch({ from: from ?? "", to: null });
  }, [db, conversationId, unreadAtOpening]);

  useEffect(() => {
    const leaving = new AbortController();
    const left = (): boolean => leaving.signal.aborted;
    const open = async (): Promise<void> => {
      const here = await thread(db, conversationId);
      if (here !== null) await place();
      if (left()) return;
      if (here === null) setNewestLoad("loading");
      await threadOpen(client, conversationId, unreadAtOpening + CONTEXT);
      if (left()) return;
      if (here === null) await place();
      setNewestLoad("idle");
    };
    open().catch((error: unknown) => {
      if (left()) return;
      setNewestLoad(error instanceof ApiError && error.status === 404 ? "missing" : "failed");
      void place();
    });
    return () => {
      leaving.abort();
    };
  }, [client, db, conversationId, unreadAtOpening, place, attempt]);

  const once = useCallback((work: () => Promise<void>) => {
    if (moving.current) return;
    moving.current = true;
    void work().finally(() => {
      moving.current = false;
    });
  }, []);

  const extendUp = useCallback(() => {
    if (stretch?.from == null) return;
    const { from, to } = stretch;
    once(async () => {
      const older = await positionAway(db, conversationId, from === "" ? null : from, MORE, "before");
      if (older !== null && older < from) {
        const keep = await positionAway(db, conversationId, older, MOST, "after");
        const newest = await positionAway(db, conversationId, keep, 1, "after");
        setStretch({ from: older, to: keep === null || newest === null ? to : keep });
        return;
      }
      if ((await thread(db, conversationId))?.complete !== false) return;
      setOlderLoad("loading");
      await threadLoadOlder(client, conversationId).then(
        () => {
          setOlderLoad("idle");
        },
        () => {
          setOlderLoad("failed");
        },
      );
    });
  }, [client, db, conversationId, stretch, once]);

  const extendDown = useCallback(() => {
    if (stretch?.to == null) return;
    const { from, to } = stretch;
    once(async () => {
      const newer = await positionAway(db, conversationId, to, MORE, "after");
      const beyond = newer === null ? null : await positionAway(db, conversationId, newer, 1, "after");
      const keep = newer === null ? null : await positionAway(db, conversationId, newer, MOST, "before");
      setStretch({ from: keep === null || (from !== null && keep < from) ? from : keep, to: beyond === null ? null : newer });
    });
  }, [db, conversationId, stretch, once]);

  const jumpToNewest = useCallback(() => {
    void positionAway(db, conversationId, null, FIRST, "before").then((from) => {
      setStretch({ from: from ?? "", to: null });
    });
  }, [db, conversationId]);

  return {
    messages: stretch === null ? undefined : (read.current ?? read.latest),
    newFrom,
    setNewFrom,
    followsNewest: stretch?.to == null,
    complete: state?.complete === true,
    newestLoad,
    olderLoad,
    extendUp,
    extendDown,
    jumpToNewest,
    retry: useCallback(() => {
      setNewestLoad("idle");
      setOlderLoad("idle");
      setAttempt((count) => count + 1);
    }, []),
  };
}
