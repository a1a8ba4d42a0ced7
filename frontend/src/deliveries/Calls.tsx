import { getCalls } from "../api/ledger";
import type { Channel, ChannelCalls } from "../api/types";
import { ChannelBadge } from "../channels/ChannelBadge";
import { oneLine } from "../lib/text";
import { useAnswer } from "../lib/useAnswer";
import { useTicks } from "../lib/useTicks";
import { Waiting } from "../ui/Notice";
import { Failure } from "./Failure";
import { roughMoment } from "./moments";
import { callPurposes, words } from "./words";

/** While somebody looks, our own server is asked this often. */
const EVERY_MS = 5_000;
const AFTER_FAILURE_MS = 30_000;

function Today({ account, today }: { readonly account: Channel; readonly today: ChannelCalls }) {
  const { calls, avoided, by_purpose, per_day, paused_until } = today;
  const left = words.callsLeft(calls, per_day);
  return (
    <>
      <b title={words.callsAvoided}>{words.callsToday(calls, avoided)}</b>
      <small>{calls === 0 ? words.callsNobody : callPurposes(by_purpose)}</small>
      <meter
        className="calls-meter"
        min={0}
        max={Math.max(1, per_day)}
        value={Math.min(calls, per_day)}
        aria-label={`${oneLine(account.name, 60)}: ${left}`}
      />
      <small>{left}</small>
      {paused_until !== null && <small className="calls-held">{words.callsPaused(roughMoment(paused_until, new Date()))}</small>}
      {calls >= per_day && <small className="calls-held">{words.callsSpent}</small>}
    </>
  );
}

/** Of one account, as it stands now. */
export function CallsOf({ account }: { readonly account: Channel }) {
  const { value, error, waiting, again } = useAnswer(account.id, (signal) => getCalls(account.id, signal));
  useTicks(error === undefined ? EVERY_MS : AFTER_FAILURE_MS, () => {
    if (!waiting) again();
  });
  return (
    <div className="calls">
      {value !== undefined && <Today account={account} today={value} />}
      {error !== undefined && <Failure error={error} onRetry={again} />}
      {value === undefined && error === undefined && <Waiting label={words.waiting} />}
    </div>
  );
}

function Account({ account }: { readonly account: Channel }) {
  return (
    <li>
      <span className="delivery-badge calls-badge">
        <ChannelBadge provider={account.provider} />
      </span>
      <div className="cause">
        <bdi>{oneLine(account.name, 60)}</bdi>
        <CallsOf account={account} />
      </div>
    </li>
  );
}

/** What asking upstream cost today, what for, and what is left; for whoever looks after an account. */
export function Calls({ accounts }: { readonly accounts: readonly Channel[] }) {
  const own = accounts.filter((account) => account.role !== "member");
  return (
    <div className="deliveries-scroller">
      <ul className="plain causes" aria-label={words.calls}>
        {own.map((account) => (
          <Account key={account.id} account={account} />
        ))}
      </ul>
      <p className="aside list-end">{words.callsAvoided}</p>
    </div>
  );
}
