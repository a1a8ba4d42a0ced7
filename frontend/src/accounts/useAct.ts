import { useCallback, useEffect, useRef, useState } from "react";

import { answerAct, getAct, renewAct } from "../api/accounts";
import { ApiError } from "../api/http";
import type { AccountAct } from "../api/schema";
import { words } from "./words";

const LOOKS_EVERY_MS = 1_500;
/** A code that nobody scanned is renewed by itself this often; then somebody has to ask. */
const RENEWALS = 4;

export function failureOf(error: unknown): string {
  return error instanceof ApiError ? error.message : words.unreachable;
}

export interface Running {
  readonly act: AccountAct | null;
  readonly failure: string | null;
  readonly start: (begin: () => Promise<AccountAct>) => void;
  readonly answer: (code: string) => void;
  readonly renew: () => void;
  readonly forget: () => void;
}

const isOver = ({ state }: AccountAct): boolean => state === "done" || state === "failed" || state === "expired";

/** Follows one act on an account while the page is open; an image that expired is replaced by itself. */
export function useAct(): Running {
  const [act, setAct] = useState<AccountAct | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const renewals = useRef(0);
  const start = useCallback((begin: () => Promise<AccountAct>) => {
    setFailure(null);
    begin().then(setAct, (error: unknown) => {
      setFailure(failureOf(error));
    });
  }, []);
  const id = act?.id;
  const renewsItself = act?.state === "expired" && act.act !== "link" && act.act !== "reconnect_link";
  useEffect(() => {
    if (id === undefined || !renewsItself || renewals.current >= RENEWALS) return;
    renewals.current += 1;
    start(() => renewAct(id));
  }, [id, renewsItself, start]);
  const follows = act !== null && !isOver(act);
  const works = act?.state === "waiting" || act?.state === "working";
  useEffect(() => {
    if (id === undefined || !follows) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const look = async (): Promise<void> => {
      try {
        setAct(await getAct(id, works, stop.signal));
        setFailure(null);
      } catch (error) {
        if (!stop.signal.aborted) setFailure(failureOf(error));
      }
      if (!stop.signal.aborted) timer = setTimeout(() => void look(), LOOKS_EVERY_MS);
    };
    timer = setTimeout(() => void look(), works ? 0 : LOOKS_EVERY_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [id, follows, works]);
  return {
    act,
    failure,
    start,
    answer: (code) => {
      if (id !== undefined) start(() => answerAct(id, code));
    },
    renew: () => {
      renewals.current = 0;
      if (id !== undefined) start(() => renewAct(id));
    },
    forget: () => {
      setAct(null);
      setFailure(null);
    },
  };
}
