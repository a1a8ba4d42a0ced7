import { actOnSetup, type SetupAct } from "../../api/setup";
import type { Webhooks } from "../../api/schema";
import { agoWords } from "../../lib/time";
import { newClientId } from "../../sync/acts";
import type { Running } from "../useAct";
import { deliveryWords } from "./deliveryWords";
import { Probe } from "./Probe";
import { Step, type StepState } from "./Step";
import type { Asked } from "./useAsked";
import { WebhookList } from "./WebhookList";

export const isServed = ({ checked_at: checkedAt, sources }: Webhooks): boolean =>
  checkedAt !== null && sources.every(({ problem }) => problem === null);

interface DeliveryStepProps {
  readonly number: number;
  readonly state: StepState;
  /** Unipile and the public address are known: something can be registered. */
  readonly possible: boolean;
  readonly webhooks: Asked<Webhooks>;
  readonly running: Running;
}

/** The webhooks by which Unipile tells what happens: what is registered, put right in one step, and the way here tested. */
export function DeliveryStep({ number, state, possible, webhooks: { answer, failed }, running }: DeliveryStepProps) {
  const { act, failure } = running;
  const busy = running.busy || act?.state === "waiting" || act?.state === "working";
  const said = failure ?? (act?.state === "failed" ? act.reason : null);
  const run = (what: SetupAct): void => {
    running.start(() => actOnSetup(newClientId(), what));
  };
  return (
    <Step number={number} state={state} title={deliveryWords.title}>
      {!possible && <p>{deliveryWords.later}</p>}
      {possible && (
        <>
          <p>{deliveryWords.next}</p>
          {failed && answer === null && <p className="field-error">{deliveryWords.failed}</p>}
          {answer !== null && (
            <>
              <p>
                {answer.checked_at === null
                  ? deliveryWords.neverChecked
                  : deliveryWords.checked(agoWords(answer.checked_at, new Date()))}
              </p>
              {answer.checked_at !== null && <WebhookList webhooks={answer} />}
              <div className="step-buttons">
                <button
                  type="button"
                  className={`button ${isServed(answer) ? "" : "button-strong"}`}
                  disabled={busy}
                  onClick={() => {
                    run("webhooks_register");
                  }}
                >
                  {deliveryWords.register}
                </button>
                <button
                  type="button"
                  className="button"
                  disabled={busy}
                  onClick={() => {
                    run("webhooks_check");
                  }}
                >
                  {deliveryWords.check}
                </button>
              </div>
            </>
          )}
          <p role="status" className="step-told">
            {busy ? deliveryWords.working : ""}
          </p>
          {said !== null && (
            <p className="field-error" role="alert">
              {said}
            </p>
          )}
          <Probe />
        </>
      )}
    </Step>
  );
}
