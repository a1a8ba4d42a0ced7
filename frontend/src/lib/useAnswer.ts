import { useCallback, useEffect, useRef, useState } from "react";

export interface Answer<T> {
  /** The last answer to this very question, also while it is asked again. */
  readonly value: T | undefined;
  readonly error: unknown;
  readonly waiting: boolean;
  readonly again: () => void;
}

interface Settled<T> {
  readonly key: string;
  readonly round: number;
  readonly value: T | undefined;
  readonly error: unknown;
}

/** What the server answers to the question that `key` names; null asks nothing. A newer question drops the older. */
export function useAnswer<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [settled, setSettled] = useState<Settled<T> | null>(null);
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });
  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    const settle = (value: T | undefined, error: unknown): void => {
      if (!stop.signal.aborted) setSettled((held) => ({ key, round, error, value: value ?? (held?.key === key ? held.value : undefined) }));
    };
    latest.current(stop.signal).then(
      (value) => {
        settle(value, undefined);
      },
      (error: unknown) => {
        settle(undefined, error);
      },
    );
    return () => {
      stop.abort();
    };
  }, [key, round]);
  const again = useCallback(() => {
    setRound((before) => before + 1);
  }, []);
  const waiting = key !== null && (settled?.key !== key || settled.round !== round);
  return {
    value: settled?.key === key ? settled.value : undefined,
    error: waiting ? undefined : settled?.error,
    waiting,
    again,
  };
}
