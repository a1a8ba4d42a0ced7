import type { Channel } from "../api/types";
import { ACCOUNTS_PATH, followLink } from "../lib/router";
import { TROUBLE_WORDS } from "./alarmWords";
import { TroubleLine } from "./TroubleLine";
import { isUnseen, troublesOf } from "./troubles";

/** One line above the inbox about what nobody has seen yet: which account, what that means, what to do. */
export function AlarmBar({ channels }: { readonly channels: readonly Channel[] }) {
  const [first, ...others] = troublesOf(channels).filter(isUnseen);
  return (
    <div className="alarm-bar" role="status">
      {first !== undefined && (
        <TroubleLine key={first.key} trouble={first} here={null}>
          {others.length > 0 && (
            <a href={ACCOUNTS_PATH} onClick={followLink}>
              {TROUBLE_WORDS.more(others.length)}
            </a>
          )}
        </TroubleLine>
      )}
    </div>
  );
}
