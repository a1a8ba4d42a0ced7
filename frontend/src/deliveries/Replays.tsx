import { listReplays } from "../api/ledger";
import type { ReplayOrder } from "../api/types";
import { useAnswer } from "../lib/useAnswer";
import { useTicks } from "../lib/useTicks";
import { Notice, Waiting } from "../ui/Notice";
import { Failure } from "./Failure";
import { roughMoment } from "./moments";
import { words } from "./words";

/** While one is under way its row is looked at this often. */
const EVERY_MS = 2_000;

export function Replays() {
  const replays = useAnswer("replays", (signal) => listReplays(signal));
  const { value, waiting, again } = replays;
  const underWay = value?.items.some((order) => order.finished_at === null) ?? false;
  useTicks(underWay ? EVERY_MS : null, () => {
    if (!waiting) again();
  });
  if (value === undefined) {
    return replays.error === undefined ? <Waiting label={words.waiting} /> : <Failure error={replays.error} onRetry={again} />;
  }
  if (value.items.length === 0) return <Notice title={words.replaysNone} next={words.replaysNext} />;
  const now = new Date();
  return (
    <ul className="plain causes deliveries-scroller" aria-label={words.replays}>
      {value.items.map((order) => (
        <li key={order.id}>
          <span className="cause">
            {words.replayAsked(roughMoment(order.created_at, now))}: {words.replayExpected(order.expected, order.is_counted)}
            <small>
              {order.finished_at === null ? <UnderWay order={order} /> : words.replayDone(roughMoment(order.finished_at, now))}
            </small>
            {order.failure !== null && <small className="failure">{order.failure}</small>}
          </span>
          <span className="replay-totals">
            {order.totals.map(({ outcome, total }) => words.outcomeTotal(total, outcome)).join(", ")}
          </span>
        </li>
      ))}
    </ul>
  );
}

function UnderWay({ order }: { order: ReplayOrder }) {
  const done = order.totals.reduce((sum, { total }) => sum + total, 0);
  return (
    <>
      <span className="spinner" aria-hidden="true" />{" "}
      {done === 0 ? words.replayWaiting : words.replayUnderWay(done, order.expected, order.is_counted)}
    </>
  );
}
