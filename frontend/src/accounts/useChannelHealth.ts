import { useEffect, useState } from "react";

import { getChannelHealth } from "../api/accounts";
import type { ChannelHealth } from "../api/schema";
import type { Channel } from "../api/types";
import { failureOf } from "./useAct";
import { words } from "./words";

interface Asked {
  readonly health: ChannelHealth | null;
  readonly failure: string | null;
}

/** The figures of an account, asked for anew when its row or `round` changes; old ones stay while that lasts, or while `round` is null. */
export function useChannelHealth({ id, version }: Channel, round: string | null): Asked {
  const [asked, setAsked] = useState<Asked>({ health: null, failure: null });
  useEffect(() => {
    if (round === null) return;
    const stop = new AbortController();
    getChannelHealth(id, -new Date().getTimezoneOffset(), stop.signal).then(
      (health) => {
        setAsked({ health, failure: null });
      },
      (error: unknown) => {
        if (!stop.signal.aborted) {
          setAsked(({ health }) => ({ health, failure: `${words.healthFailed} ${failureOf(error)}` }));
        }
      },
    );
    return () => {
      stop.abort();
    };
  }, [id, version, round]);
  return asked;
}
