import type { DeliveryTotals } from "../api/types";
import { roughMoment } from "./moments";
import { OUTCOME_MEANING, OUTCOMES, words, type Outcome } from "./words";

interface TotalsProps {
  readonly totals: DeliveryTotals;
  readonly outcome: string | null;
  readonly onOutcome: (outcome: Outcome | null) => void;
}

/** What was received, and what became of it: every number but the first is a filter. */
export function Totals({ totals, outcome, onOutcome }: TotalsProps) {
  const counts = new Map(totals.outcomes.map((one) => [one.outcome, one.total]));
  const shown = OUTCOMES.filter((one) => counts.has(one) || one === outcome);
  return (
    <div className="totals" role="group" aria-label={words.totals}>
      <button
        type="button"
        className="total"
        aria-pressed={outcome === null}
        onClick={() => {
          onOutcome(null);
        }}
      >
        {words.received(totals.received)}
      </button>
      {shown.map((one, index) => (
        <span key={one} className="total-part">
          <span aria-hidden="true">{index === 0 ? "=" : "+"}</span>
          <button
            type="button"
            className={`total outcome-${one}`}
            aria-pressed={outcome === one}
            title={OUTCOME_MEANING[one]}
            onClick={() => {
              onOutcome(outcome === one ? null : one);
            }}
          >
            {words.outcomeTotal(counts.get(one) ?? 0, one)}
          </button>
        </span>
      ))}
      {totals.counted_back_to !== null && (
        <p className="aside">{words.countedBackTo(roughMoment(totals.counted_back_to, new Date()))}</p>
      )}
    </div>
  );
}
