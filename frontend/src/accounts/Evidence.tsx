import type { ChannelHealth } from "../api/schema";
import { agoWords, fullTime, listTime } from "../lib/time";
import { SparkLine } from "./SparkLine";
import { useNow } from "./useNow";
import { words } from "./words";

const TOLD_ANEW_MS = 15_000;
/** A little less than 30 days: the figures may be some minutes old. */
const COUNTED_MS = 29.9 * 86_400_000;

interface FactProps {
  readonly name: string;
  readonly means?: string;
  readonly children: React.ReactNode;
}

function Fact({ name, means, children }: FactProps) {
  return (
    <div title={means}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Moment({ at, now }: { readonly at: string | null; readonly now: Date }) {
  if (at === null) return words.never;
  return (
    <time dateTime={at} title={fullTime(at)}>
      {agoWords(at, now)}
    </time>
  );
}

/** Since when an account is counted that is not known for the whole time. */
function youngerThanCounted(since: string | null, now: Date): string | null {
  return since === null || now.getTime() - Date.parse(since) > COUNTED_MS ? null : listTime(since, now);
}

/** What is known of an account without its provider's word: what came, what went, what waits. */
export function Evidence({ health }: { readonly health: ChannelHealth }) {
  const now = useNow(TOLD_ANEW_MS);
  return (
    <div className="account-evidence">
      <dl className="account-facts">
        <Fact name={words.lastDelivery} means={words.lastDeliveryMeans}>
          <Moment at={health.last_delivery_at} now={now} />
        </Fact>
        <Fact name={words.lastProof} means={words.lastProofMeans}>
          <Moment at={health.last_proof_at} now={now} />
        </Fact>
        <Fact name={words.today}>{words.todayCount(health.received_today, health.sent_today)}</Fact>
        <Fact name={words.outbox}>{health.waiting}</Fact>
        <Fact name={words.gaps} means={words.gapsMeans}>
          {health.open_gaps}
        </Fact>
        {health.uptime_30_days !== null && (
          <Fact name={words.uptime(youngerThanCounted(health.uptime_since, now))} means={words.uptimeMeans}>
            {words.uptimeShare(health.uptime_30_days)}
          </Fact>
        )}
        {health.usual_per_hour !== null && (
          <Fact name={words.usual} means={words.usualMeans}>
            {words.usualCount(health.usual_per_hour)}
          </Fact>
        )}
      </dl>
      <SparkLine hours={health.hours} />
    </div>
  );
}
