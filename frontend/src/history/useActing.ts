import { useState } from "react";

import { ApiError } from "../api/http";
import { words } from "../lib/words";

export interface Acting {
  readonly busy: boolean;
  /** Why the last one was refused. */
  readonly failure: string | null;
  readonly act: <T>(work: () => Promise<T>, then: (answer: T) => void) => void;
}

/** What a person has done here, one thing at a time. */
export function useActing(): Acting {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  return {
    busy,
    failure,
    act: (work, then) => {
      setBusy(true);
      setFailure(null);
      work()
        .then(then, (error: unknown) => {
          setFailure(error instanceof ApiError ? error.message : words.login.unreachable);
        })
        .finally(() => {
          setBusy(false);
        });
    },
  };
}
