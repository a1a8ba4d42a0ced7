import { useCallback, useEffect, useRef, useState } from "react";

import { ApiError } from "../api/http";
import type { Id } from "../api/types";
import { useClient, useLive, useLiveWithPrevious } from "../sync/client";
import { threadLoadOlder, threadOpen } from "../sync/mutations";
import { messages, opening, positionAway, thread, type Opening } from "../sync/queries";
import type { LocalMessage } from "../sync/rows";

/** Messages read at opening, and as context above the first unread one. */
const FIRST = 30;
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
  const moving = useRef<object | null>(null);
  const [first, setFirst] = useState<readonly LocalMessage[]>([]);
  const state = useLive(thread, conversationId);
  const read = useLiveWithPrevious(messages, {
    conversationId,
    from: stretch?.from ?? null,
    to: stretch === null ? "" : stretch.to,
  });

  // Begun while rendering, ahead of every other read that the thread's parts will ask for.
  const [begun, setBegun] = useState<Promise<Opening> | null>(() => opening(db, conversationId, unreadAtOpening, FIRST));
  const place = useCallback(
    async (onlyIf: (found: Opening) => boolean, reading: Promise<Opening> | null) => {
      const found = await (reading ?? opening(db, conversationId, unreadAtOpening, FIRST));
      if (!onlyIf(found)) return found.known;
      setFirst(found.messages);
      setNewFrom(found.newFrom);
      setStretch({ from: found.messages[0]?.position ?? "", to: null });
      return found.known;
    },
    [db, conversationId, unreadAtOpening],
  );

  useEffect(() => {
    const leaving = new AbortController();
    const left = (): boolean => leaving.signal.aborted;
    const open = async (): Promise<void> => {
      const known = await place((found) => found.known && !left(), begun);
      if (left()) return;
      if (!known) setNewestLoad("loading");
      await threadOpen(client, conversationId, unreadAtOpening + FIRST);
      if (!known) await place(() => !left(), null);
      if (!left()) setNewestLoad("idle");
    };
    open().catch((error: unknown) => {
      if (left()) return;
      setNewestLoad(error instanceof ApiError && error.status === 404 ? "missing" : "failed");
      void place(() => !left(), null);
    });
    return () => {
      leaving.abort();
    };
  }, [client, db, conversationId, unreadAtOpening, place, begun, attempt]);

  // The copy was replaced (a reset): this thread is read again from the new one.
  const lost = state === null && stretch !== null && newestLoad === "idle";
  const [wasLost, setWasLost] = useState(false);
  if (lost !== wasLost) {
    setWasLost(lost);
    if (lost) {
      setBegun(null);
      setAttempt(attempt + 1);
    }
  }

  /** One move at a time; a jump to the newest message overtakes what is under way. */
  const move = useCallback((next: () => Promise<Stretch | null>) => {
    if (moving.current !== null) return;
    const mine = {};
    moving.current = mine;
    void next().then((found) => {
      if (moving.current !== mine) return;
      moving.current = null;
      if (found !== null) setStretch(found);
    });
  }, []);

  const extendUp = useCallback(() => {
    if (stretch?.from == null) return;
    const { from, to } = stretch;
    move(async () => {
      const older = await positionAway(db, conversationId, from === "" ? null : from, MORE, "before");
      if (older !== null && older < from) {
        const keep = await positionAway(db, conversationId, older, MOST, "after");
        const beyond = keep === null ? null : await positionAway(db, conversationId, keep, 1, "after");
        return { from: older, to: beyond === null ? to : keep };
      }
      if ((await thread(db, conversationId))?.complete !== false) return null;
      setOlderLoad("loading");
      await threadLoadOlder(client, conversationId).then(
        () => {
          setOlderLoad("idle");
        },
        () => {
          setOlderLoad("failed");
        },
      );
      const fetched = await positionAway(db, conversationId, from === "" ? null : from, MORE, "before");
      return fetched !== null && fetched < from ? { from: fetched, to } : null;
    });
  }, [client, db, conversationId, stretch, move]);

  const extendDown = useCallback(() => {
    if (stretch?.to == null) return;
    const { from, to } = stretch;
    move(async () => {
      const newer = await positionAway(db, conversationId, to, MORE, "after");
      if (newer === null) return { from, to: null };
      const beyond = await positionAway(db, conversationId, newer, 1, "after");
      const keep = await positionAway(db, conversationId, newer, MOST, "before");
      const start = keep === null || (from !== null && keep < from) ? from : keep;
      return { from: start, to: beyond === null ? null : newer };
    });
  }, [db, conversationId, stretch, move]);

  const jumpToNewest = useCallback(() => {
    const mine = {};
    moving.current = mine;
    void positionAway(db, conversationId, null, FIRST, "before").then((from) => {
      if (moving.current !== mine) return;
      moving.current = null;
      setStretch({ from: from ?? "", to: null });
    });
  }, [db, conversationId]);

  return {
    messages: stretch === null ? undefined : (read.current ?? (read.latest?.length ? read.latest : first)),
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
      setOlderLoad("idle");
      if (newestLoad === "idle") extendUp();
      else {
        setBegun(null);
        setAttempt((count) => count + 1);
      }
    }, [newestLoad, extendUp]),
  };
}
