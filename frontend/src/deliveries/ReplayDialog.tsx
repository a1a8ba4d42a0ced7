import { useState } from "react";

import { replayDeliveries, totalDeliveries, type DeliveryFilter } from "../api/ledger";
import { useAnswer } from "../lib/useAnswer";
import { Dialog } from "../ui/Dialog";
import { Waiting } from "../ui/Notice";
import { Failure } from "./Failure";
import { isNarrowed } from "./filter";
import { words } from "./words";

interface ReplayDialogProps {
  readonly filter: DeliveryFilter;
  readonly onAsked: () => void;
  readonly onClose: () => void;
}

/** Says how many there are and what happens to them before anything does. */
export function ReplayDialog({ filter, onAsked, onClose }: ReplayDialogProps) {
  const totals = useAnswer(JSON.stringify(filter), (signal) => totalDeliveries(filter, signal));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(undefined);
  const ask = (): void => {
    setBusy(true);
    setFailure(undefined);
    replayDeliveries(filter).then(onAsked, (error: unknown) => {
      setFailure(error);
      setBusy(false);
    });
  };
  const { value } = totals;
  const atLeast = value?.counted_back_to != null;
  const none = value?.received === 0 && !atLeast;
  return (
    <Dialog title={words.replayTitle} onClose={onClose} className="replay-dialog">
      {value === undefined && totals.error === undefined && <Waiting label={words.waiting} />}
      {value === undefined && totals.error !== undefined && <Failure error={totals.error} onRetry={totals.again} />}
      {value !== undefined && (
        <>
          <p>
            <strong>{none ? words.replayNone : words.replayCount(value.received, atLeast, isNarrowed(filter))}</strong>
          </p>
          {!none && (
            <>
              <p>{value.outcomes.map(({ outcome, total }) => words.outcomeTotal(total, outcome)).join(", ")}</p>
              <p>{words.replayEffect}</p>
              <p className="aside">{words.replayWithoutBody}</p>
            </>
          )}
        </>
      )}
      {failure !== undefined && <Failure error={failure} onRetry={ask} />}
      <p className="button-row button-row-end">
        <button type="button" className="button" onClick={onClose}>
          {words.cancel}
        </button>
        {value !== undefined && !none && (
          <button type="button" className="button button-strong" disabled={busy} onClick={ask}>
            {words.replayConfirm(value.received)}
          </button>
        )}
      </p>
    </Dialog>
  );
}
