import { listCauses } from "../api/ledger";
import { oneLine } from "../lib/text";
import { useAnswer } from "../lib/useAnswer";
import { Notice, Waiting } from "../ui/Notice";
import { Failure } from "./Failure";
import { NO_FILTER, type Navigation } from "./filter";
import { roughMoment } from "./moments";
import { OutcomeMark } from "./OutcomeMark";
import { words } from "./words";

/** What was not applied, by its reason: one cause is one thing to look into. */
export function Causes({ place, go }: Pick<Navigation, "place" | "go">) {
  const filter = { ...place.filter, outcome: null, reason: null };
  const causes = useAnswer(JSON.stringify(filter), (signal) => listCauses(filter, signal));
  const now = new Date();
  if (causes.value === undefined) {
    if (causes.error !== undefined) return <Failure error={causes.error} onRetry={causes.again} />;
    return <Waiting label={words.waiting} />;
  }
  const { items, counted_back_to } = causes.value;
  if (items.length === 0) return <Notice title={words.causesNone} next={words.causesNext} />;
  return (
    <div className="deliveries-scroller">
      <ul className="plain causes" aria-label={words.causes}>
        {items.map(({ outcome, reason, total, newest_at }) => (
          <li key={`${outcome} ${reason}`}>
            <OutcomeMark outcome={outcome} />
            <span className="cause">
              <bdi>{oneLine(reason, 300)}</bdi>
              <small>
                {words.causeCount(total)}, {words.causeNewest(roughMoment(newest_at, now))}
              </small>
            </span>
            <button
              type="button"
              className="button"
              aria-label={`${words.show}: ${oneLine(reason, 100)}`}
              onClick={() => {
                go({
                  tab: "all",
                  filter: { ...NO_FILTER, channel_id: place.filter.channel_id, outcome, reason: reason === "" ? null : reason },
                  delivery: null,
                });
              }}
            >
              {words.show}
            </button>
          </li>
        ))}
      </ul>
      {counted_back_to !== null && <p className="aside list-end">{words.countedBackTo(roughMoment(counted_back_to, now))}</p>}
    </div>
  );
}
