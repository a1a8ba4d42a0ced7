import { useEffect, useState } from "react";

export interface Asked<Answer> {
  readonly answer: Answer | null;
  readonly failed: boolean;
}

/** What the server says, asked for anew when `round` changes; an earlier answer stays while that lasts. `ask` is always the same. */
export function useAsked<Answer>(ask: (signal: AbortSignal) => Promise<Answer>, round: string): Asked<Answer> {
  const [asked, setAsked] = useState<Asked<Answer>>({ answer: null, failed: false });
  useEffect(() => {
    const stop = new AbortController();
    ask(stop.signal).then(
      (answer) => {
        setAsked({ answer, failed: false });
      },
      () => {
        if (!stop.signal.aborted) setAsked(({ answer }) => ({ answer, failed: true }));
      },
    );
    return () => {
      stop.abort();
    };
  }, [ask, round]);
  return asked;
}
