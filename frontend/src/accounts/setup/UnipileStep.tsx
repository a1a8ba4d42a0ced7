import { useState } from "react";

import type { Setup } from "../../api/schema";
import { CredentialsForm } from "./CredentialsForm";
import { Step, type StepState } from "./Step";
import { setupWords } from "./words";

interface UnipileStepProps {
  readonly number: number;
  readonly state: StepState;
  readonly setup: Setup;
  readonly onKept: () => void;
}

/** Unipile's address and key: asked for, or where they come from and how they are replaced. */
export function UnipileStep({ number, state, setup, onKept }: UnipileStepProps) {
  const { upstream, source, form_allowed: formAllowed } = setup;
  const [replacing, setReplacing] = useState(false);
  const [kept, setKept] = useState<number | null>(null);
  const isFixed = source === "environment";
  const mayReplace = !isFixed && setup.may_set_up;
  const asks = mayReplace && (upstream !== "connected" || replacing);
  const isDemo = upstream === "demo";
  return (
    <Step number={number} state={state} title={setupWords.unipile}>
      {isFixed && setup.may_set_up && <p>{isDemo ? setupWords.demoStays : setupWords.unipileEnvironment}</p>}
      {!isFixed && upstream === "connected" && <p role="status">{kept === null ? setupWords.unipileDone : setupWords.kept(kept)}</p>}
      {asks && <p>{setupWords.unipileNext}</p>}
      {asks && isDemo && <p>{setupWords.unipileDemo}</p>}
      {asks && formAllowed && (
        <CredentialsForm
          onKept={(accounts) => {
            setKept(accounts);
            setReplacing(false);
            onKept();
          }}
        />
      )}
      {asks && !formAllowed && (
        <>
          <p>{setupWords.elsewhere}</p>
          <pre className="step-line">{setupWords.connectCommand}</pre>
        </>
      )}
      {!setup.may_set_up && <p>{setupWords.onlyOwner}</p>}
      {mayReplace && upstream === "connected" && !replacing && (
        <button
          type="button"
          className="text-button"
          onClick={() => {
            setReplacing(true);
          }}
        >
          {setupWords.replace}
        </button>
      )}
    </Step>
  );
}
