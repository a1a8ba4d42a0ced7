import { useCallback, useEffect, useRef, useState } from "react";

import { ApiError, Unreachable } from "../api/http";
import { details as words } from "./words";

export interface Loaded<T> {
  /** The last answer about this subject; it stays while a newer one is asked for, or cannot be had. */
  readonly value: T | null;
  readonly failure: string | null;
  readonly again: () => void;
  /** Takes the answer of a change as the newest. */
  readonly set: (value: T) => void;
}

export function failureWords(error: unknown): string {
  if (error instanceof Unreachable) return words.unreachable;
  return error instanceof ApiError ? error.message : String(error);
}

interface State<T> {
  readonly subject: string;
  readonly value: T | null;
  readonly failure: string | null;
}

/** Reads what `load` answers about a subject, once more for every other revision. */
export function useLoaded<T>(load: (subject: string) => Promise<T>, subject: string, revision: string | undefined): Loaded<T> {
  const [state, setState] = useState<State<T> | null>(null);
  const [attempt, setAttempt] = useState(0);
  const newest = useRef(0);
  useEffect(() => {
    if (revision === undefined) return;
    newest.current += 1;
    const mine = newest.current;
    load(subject)
      .then((value) => {
        if (mine === newest.current) setState({ subject, value, failure: null });
      })
      .catch((error: unknown) => {
        if (mine !== newest.current) return;
        setState((before) => ({
          subject,
          value: before?.subject === subject ? before.value : null,
          failure: failureWords(error),
        }));
      });
  }, [load, subject, revision, attempt]);
  const again = useCallback(() => {
    setAttempt((before) => before + 1);
  }, []);
  const set = useCallback(
    (value: T) => {
      newest.current += 1;
      setState({ subject, value, failure: null });
    },
    [subject],
  );
  const current = state?.subject === subject ? state : null;
  return { value: current?.value ?? null, failure: current?.failure ?? null, again, set };
}

export interface Change {
  readonly busy: boolean;
  readonly failure: string | null;
  /** Runs one change at a time; what refuses it is said. */
  readonly run: (change: () => Promise<void>) => void;
}

export function useChange(): Change {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const run = useCallback((change: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    change()
      .catch((error: unknown) => {
        setFailure(`${words.notDone} ${failureWords(error)}`);
      })
      .finally(() => {
        setBusy(false);
      });
  }, []);
  return { busy, failure, run };
}
