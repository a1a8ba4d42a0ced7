import { useCallback, useEffect, useRef, useState } from "react";

import { ApiError } from "../api/http";
import type { Id } from "../api/types";
import { useClient, useLive, useLiveWithPrevious, type Client } from "../sync/client";
import { threadGrow, threadLoadOlder, threadOpen, threadOpenAt, threadReopen, type Island } from "../sync/mutations";
import { CONTEXT, isBefore, messagePosition, messages, opening, positionAway, stretchAround, thread, type Opening } from "../sync/queries";
import type { LocalMessage } from "../sync/rows";

const MORE = 40;
/** More elements than this are never drawn; what leaves is at the far end, out of sight. */
const MOST = 240;

interface Stretch {
  readonly from: string | null;
  /** Null follows the newest message. */
  readonly to: string | null;
  /** Set while the stretch lies apart from the newest message, after a far jump. */
  readonly island: Island | null;
}

/** A message to open the thread at. Another `jump` is another wish, be it for the same message. */
export interface JumpTarget {
  readonly messageId: Id;
  readonly jump: number;
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
  /** Of a thread that is whole here: older messages are not drawn, be it that they arrived since. */
  readonly olderHere: boolean;
  /** Something older has come to the server since. */
  readonly olderCame: () => void;
  readonly newestLoad: LoadState;
  readonly olderLoad: LoadState;
  /** Below an island. */
  readonly newerLoad: LoadState;
  /** The way to the message that was asked for; `idle` once it is among `messages`. */
  readonly jumpLoad: LoadState;
  readonly extendUp: () => void;
  readonly extendDown: () => void;
  readonly jumpToNewest: () => void;
  readonly retry: () => void;
}

const stretchOf = (found: Opening): Stretch => ({ from: found.messages[0]?.position ?? "", to: null, island: null });

/** What is drawn once older messages that are here are part of it; null where none are. */
async function stretchUp(db: Client["db"], conversationId: Id, stretch: Stretch, island: Island | null): Promise<Stretch | null> {
  const { from, to } = stretch;
  if (from === null) return null;
  const older = await positionAway(db, conversationId, from === "" ? null : from, MORE, "before", island);
  if (older === null || older >= from) return null;
  const keep = await positionAway(db, conversationId, older, MOST, "after", island);
  const beyond = keep === null ? null : await positionAway(db, conversationId, keep, 1, "after", island);
  return { from: older, to: beyond === null ? to : keep, island };
}

/** The stretch of one thread that is drawn: it grows in both directions and stays small. */
export function useThreadWindow(conversationId: Id, unreadAtOpening: number, target: JumpTarget | null): ThreadWindow {
  const client = useClient();
  const { db, rows } = client;
  const [held] = useState(() => (target === null ? rows.openings.get(conversationId, unreadAtOpening) : null));
  const [stretch, setStretch] = useState<Stretch | null>(() => (held === null ? null : stretchOf(held)));
  const [newFrom, setNewFrom] = useState(held?.newFrom ?? null);
  const [newestLoad, setNewestLoad] = useState<LoadState>("idle");
  const [olderLoad, setOlderLoad] = useState<LoadState>("idle");
  const [newerLoad, setNewerLoad] = useState<LoadState>("idle");
  const [jumpLoad, setJumpLoad] = useState<LoadState>(target === null ? "idle" : "loading");
  const [attempt, setAttempt] = useState(0);
  const [jumpAttempt, setJumpAttempt] = useState(0);
  const moving = useRef<object | null>(null);
  const jumping = useRef(target !== null);
  const [first, setFirst] = useState(held?.messages ?? []);
  const state = useLive(thread, conversationId);
  const olderHere = useLive(isBefore, conversationId, state?.complete === true ? (stretch?.from ?? null) : null) ?? false;
  const read = useLiveWithPrevious(messages, {
    conversationId,
    from: stretch?.from ?? null,
    to: stretch === null ? "" : stretch.to,
    island: stretch?.island == null ? null : { low: stretch.island.low, high: stretch.island.high },
  });

  // Begun while rendering, ahead of every other read that the thread's parts will ask for.
  const [begun, setBegun] = useState<Promise<Opening> | null>(() =>
    held === null ? opening(db, conversationId, unreadAtOpening, CONTEXT) : Promise.resolve(held),
  );
  const place = useCallback(
    async (onlyIf: (found: Opening) => boolean, reading: Promise<Opening> | null) => {
      const found = await (reading ?? opening(db, conversationId, unreadAtOpening, CONTEXT));
      if (!onlyIf(found)) return found.known;
      setFirst(found.messages);
      setNewFrom(found.newFrom);
      if (found !== held) setStretch(stretchOf(found));
      return found.known;
    },
    [db, conversationId, unreadAtOpening, held],
  );

  useEffect(() => {
    const leaving = new AbortController();
    const left = (): boolean => leaving.signal.aborted;
    const open = async (): Promise<void> => {
      const known = await place((found) => found.known && !left() && !jumping.current, begun);
      if (left()) return;
      if (!known) setNewestLoad("loading");
      await threadOpen(client, conversationId, unreadAtOpening + CONTEXT);
      if (!known) await place(() => !left() && !jumping.current, null);
      if (!left()) setNewestLoad("idle");
    };
    open().catch((error: unknown) => {
      if (left()) return;
      setNewestLoad(error instanceof ApiError && error.status === 404 ? "missing" : "failed");
      void place(() => !left() && !jumping.current, null);
    });
    return () => {
      leaving.abort();
    };
  }, [client, db, conversationId, unreadAtOpening, place, begun, attempt]);

  const [wished, setWished] = useState(target);
  if (target !== wished) {
    setWished(target);
    setJumpLoad(target === null ? "idle" : "loading");
  }

  // A jump that cannot be made ends at the newest messages, with a word about it.
  useEffect(() => {
    if (target === null) return;
    const leaving = new AbortController();
    const left = (): boolean => leaving.signal.aborted;
    const jump = async (): Promise<void> => {
      const island = await threadOpenAt(client, conversationId, target.messageId);
      const at = await messagePosition(db, target.messageId);
      if (at === null) throw new ApiError(404, "not_found", "", null, null);
      const found = await stretchAround(db, conversationId, at, CONTEXT, island);
      if (left()) return;
      moving.current = null;
      setStretch({ ...found, island });
      setJumpLoad("idle");
    };
    jumping.current = true;
    jump().catch((error: unknown) => {
      if (left()) return;
      jumping.current = false;
      setJumpLoad(error instanceof ApiError && error.status === 404 ? "missing" : "failed");
      void place(() => !left(), null);
    });
    return () => {
      leaving.abort();
      jumping.current = false;
    };
  }, [client, db, conversationId, target, place, jumpAttempt]);

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
    move(async () => {
      const here = await stretchUp(db, conversationId, stretch, stretch.island);
      if (here !== null) return here;
      let { island } = stretch;
      if (island === null ? (await thread(db, conversationId))?.complete !== false : island.olderCursor === null) return null;
      setOlderLoad("loading");
      try {
        if (island === null) await threadLoadOlder(client, conversationId);
        else island = await threadGrow(client, island, "older");
        setOlderLoad("idle");
      } catch {
        setOlderLoad("failed");
      }
      return stretchUp(db, conversationId, stretch, island);
    });
  }, [client, db, conversationId, stretch, move]);

  const olderCame = useCallback(() => {
    if (stretch === null) return;
    move(async () => {
      const island = stretch.island === null ? null : await threadReopen(client, stretch.island);
      return stretchUp(db, conversationId, stretch, island);
    });
  }, [client, db, conversationId, stretch, move]);

  const extendDown = useCallback(() => {
    if (stretch?.to == null) return;
    const { from, to } = stretch;
    const downTo = async (island: Island | null): Promise<Stretch | null> => {
      const newer = await positionAway(db, conversationId, to, MORE, "after", island);
      if (newer === null) return island === null ? { from, to: null, island } : null;
      const beyond = await positionAway(db, conversationId, newer, 1, "after", island);
      const keep = await positionAway(db, conversationId, newer, MOST, "before", island);
      const start = keep === null || (from !== null && keep < from) ? from : keep;
      return { from: start, to: beyond === null && island === null ? null : newer, island };
    };
    move(async () => {
      const here = await downTo(stretch.island);
      if (here !== null || stretch.island === null) return here;
      setNewerLoad("loading");
      try {
        const grown = await threadGrow(client, stretch.island, "newer");
        setNewerLoad("idle");
        return await downTo(grown);
      } catch {
        setNewerLoad("failed");
        return null;
      }
    });
  }, [client, db, conversationId, stretch, move]);

  const jumpToNewest = useCallback(() => {
    const mine = {};
    moving.current = mine;
    void positionAway(db, conversationId, null, CONTEXT, "before").then((from) => {
      if (moving.current !== mine) return;
      moving.current = null;
      setNewerLoad("idle");
      setStretch({ from: from ?? "", to: null, island: null });
    });
  }, [db, conversationId]);

  return {
    messages: stretch === null ? undefined : (read.current ?? (read.latest?.length ? read.latest : first)),
    newFrom,
    setNewFrom,
    followsNewest: stretch?.to == null,
    complete: stretch?.island == null ? state?.complete === true : stretch.island.olderCursor === null,
    newestLoad,
    olderLoad,
    newerLoad,
    jumpLoad,
    olderHere,
    olderCame,
    extendUp,
    extendDown,
    jumpToNewest,
    retry: useCallback(() => {
      setOlderLoad("idle");
      setNewerLoad("idle");
      if (jumpLoad === "failed") {
        setJumpLoad("loading");
        setJumpAttempt((count) => count + 1);
      } else if (newerLoad === "failed") extendDown();
      else if (newestLoad === "idle") extendUp();
      else {
        setBegun(null);
        setAttempt((count) => count + 1);
      }
    }, [jumpLoad, newerLoad, newestLoad, extendUp, extendDown]),
  };
}
