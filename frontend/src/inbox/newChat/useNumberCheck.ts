import { useEffect, useState } from "react";

import type { Channel } from "../../api/types";
import { checkNumber } from "../../sync/acts";
import type { Recipient } from "./recipients";

/** What is known of a number: being asked, an account or none, or not to be found out. */
export type NumberState = "asking" | "exists" | "absent" | "unknown";

/** Asks for each number that was typed, once. */
export function useNumberCheck(channel: Channel | null, recipients: readonly Recipient[]): ReadonlyMap<string, NumberState> {
  const [states, setStates] = useState<ReadonlyMap<string, NumberState>>(new Map());
  const channelId = channel?.id ?? null;
  useEffect(() => {
    if (channelId === null) return;
    const wanted = recipients.flatMap((one) => (one.kind === "number" && !states.has(one.phone) ? [one.phone] : []));
    for (const phone of wanted) {
      const tell = (state: NumberState): void => {
        setStates((before) => new Map([...before, [phone, state]]));
      };
      tell("asking");
      checkNumber(channelId, phone).then(
        ({ exists }) => {
          tell(exists === null ? "unknown" : exists ? "exists" : "absent");
        },
        () => {
          tell("unknown");
        },
      );
    }
  }, [channelId, recipients, states]);
  return states;
}
