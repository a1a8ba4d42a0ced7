import { useState } from "react";

import type { Channel } from "../api/types";
import { oneLine } from "../lib/text";
import { Icon } from "../ui/icons";
import { needsSomebody, type TroubledChannels } from "./channelState";
import { CHANNEL_WORDS, STATE_WORDS } from "./channelWords";
import { TimeLine } from "./TimeLine";

/** One line about the account that has been down the longest: which, what that means, what to do. */
export function ChannelBanner({ troubled }: { readonly troubled: TroubledChannels }) {
  const [shown, setShown] = useState<Channel | null>(null);
  const down = [...troubled.values()]
    .filter(needsSomebody)
    .toSorted((a, b) => (a.status_since ?? "").localeCompare(b.status_since ?? ""));
  const [first, ...others] = down;
  const { effect = "", next } = STATE_WORDS.get(first?.status ?? "") ?? {};
  return (
    <>
      {first !== undefined && (
        <div className="channel-banner" role="status">
          <Icon name="alert" size={16} />
          <p>
            <strong>{CHANNEL_WORDS.banner(oneLine(first.name, 60) || CHANNEL_WORDS.nameless, effect)}</strong> {next}
            {others.length > 0 && <> {CHANNEL_WORDS.others(others.length)}</>}{" "}
            <button
              type="button"
              className="text-button"
              onClick={() => {
                setShown(first);
              }}
            >
              {CHANNEL_WORDS.timeLine}
            </button>
          </p>
        </div>
      )}
      {shown !== null && (
        <TimeLine
          channel={shown}
          onClose={() => {
            setShown(null);
          }}
        />
      )}
    </>
  );
}
