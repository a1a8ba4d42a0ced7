import { useCallback, useEffect, useState } from "react";

import { answerAct, getAct, renewAct, resendAct } from "../api/accounts";
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
  /** Something was asked of the server, and it has not answered yet. */
  readonly busy: boolean;
  /** What expired is being replaced. */
  readonly renewing: boolean;
  readonly start: (begin: () => Promise<AccountAct>) => void;
  readonly answer: (code: string) => void;
  readonly resend: () => void;
  readonly renew: () => void;
  readonly forget: () => void;
}

const isOver = ({ state }: AccountAct): boolean => state === "done" || state === "failed" || state === "expired";

/** Follows one act on an account while the page is open; an image that expired is replaced by itself. */
export function useAct(): Running {
  const [act, setAct] = useState<AccountAct | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [renewals, setRenewals] = useState(0);
  const start = useCallback((begin: () => Promise<AccountAct>) => {
    setFailure(null);
    setBusy(true);
    begin()
      .then(setAct, (error: unknown) => {
        setFailure(failureOf(error));
      })
      .finally(() => {
        setBusy(false);
      });
  }, []);
  const id = act?.id;
  const renewsItself = act?.state === "expired" && act.act !== "link" && act.act !== "reconnect_link";
  const renewing = renewsItself && renewals < RENEWALS && failure === null;
  useEffect(() => {
    if (id === undefined || !renewing) return;
    renewAct(id).then(
      (next) => {
        setRenewals((before) => before + 1);
        setAct(next);
      },
      (error: unknown) => {
        setFailure(failureOf(error));
      },
    );
  }, [id, renewing]);
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
    busy,
    renewing,
    start,
    answer: (code) => {
      if (id !== undefined) start(() => answerAct(id, code));
    },
    resend: () => {
      if (id !== undefined) start(() => resendAct(id));
    },
    renew: () => {
      setRenewals(0);
      if (renewsItself) setFailure(null);
      else if (id !== undefined) start(() => renewAct(id));
    },
    forget: () => {
      setAct(null);
      setFailure(null);
    },
  };
}
