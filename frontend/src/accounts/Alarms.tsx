import type { Channel } from "../api/types";
import { TROUBLE_WORDS } from "../channels/alarmWords";
import { TroubleLine } from "../channels/TroubleLine";
import { troublesOf } from "../channels/troubles";

/** What is wrong with the whole installation, seen or not; what is wrong with one account stands in its card. */
export function Alarms({ channels }: { readonly channels: readonly Channel[] }) {
  const troubles = troublesOf(channels).filter(({ channelId }) => channelId === null);
  if (troubles.length === 0) return null;
  return (
    <ul className="alarms" aria-label={TROUBLE_WORDS.label}>
      {troubles.map((trouble) => (
        <li key={trouble.key}>
          <TroubleLine trouble={trouble} here="accounts" />
        </li>
      ))}
    </ul>
  );
}
