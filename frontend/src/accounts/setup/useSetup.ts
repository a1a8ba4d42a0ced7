import { useEffect, useState } from "react";

import { getSetup } from "../../api/accounts";
import type { Setup } from "../../api/schema";

interface Asked {
  readonly setup: Setup | null;
  readonly failed: boolean;
}

/** How far the installation is, asked for anew when `round` changes. */
export function useSetup(round: string): Asked {
  const [asked, setAsked] = useState<Asked>({ setup: null, failed: false });
  useEffect(() => {
    const stop = new AbortController();
    getSetup(stop.signal).then(
      (setup) => {
        setAsked({ setup, failed: false });
      },
      () => {
        if (!stop.signal.aborted) setAsked(({ setup }) => ({ setup, failed: true }));
      },
    );
    return () => {
      stop.abort();
    };
  }, [round]);
  return asked;
}
