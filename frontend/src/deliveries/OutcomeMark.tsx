import { OUTCOME_MEANING, OUTCOME_WORD, type Outcome } from "./words";

/** By word as well as by colour. */
export function OutcomeMark({ outcome }: { readonly outcome: Outcome }) {
  return (
    <span className={`outcome outcome-${outcome}`} title={OUTCOME_MEANING[outcome]}>
      {OUTCOME_WORD[outcome]}
    </span>
  );
}
