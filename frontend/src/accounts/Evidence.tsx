import type { ChannelHealth } from "../api/schema";
import { agoWords, fullTime } from "../lib/time";
import { SparkLine } from "./SparkLine";
import { useNow } from "./useNow";
import { words } from "./words";

const TOLD_ANEW_MS = 15_000;

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

/** What is known of an account without its provider's word: what came, what went, what waits. */
export function Evidence({ health }: { readonly health: ChannelHealth }) {
  const now = useNow(TOLD_ANEW_MS);
  return (
    <>
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
        {health.usual_per_hour !== null && (
          <Fact name={words.usual} means={words.usualMeans}>
            {words.usualCount(health.usual_per_hour)}
          </Fact>
        )}
      </dl>
      <SparkLine hours={health.hours} />
    </>
  );
}
