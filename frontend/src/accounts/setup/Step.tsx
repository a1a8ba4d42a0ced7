import type { ReactNode } from "react";

import { Icon } from "../../ui/icons";
import { setupWords } from "./words";

export type StepState = "done" | "now" | "later";

interface StepProps {
  readonly number: number;
  readonly state: StepState;
  readonly title: string;
  readonly children?: ReactNode;
}

/** One step of the first run; the one that comes next stands out. */
export function Step({ number, state, title, children }: StepProps) {
  return (
    <li className={`step step-${state}`} aria-current={state === "now" ? "step" : undefined}>
      <span className="step-mark" aria-hidden="true">
        {state === "done" ? <Icon name="tick" size={16} /> : number}
      </span>
      <div className="step-body">
        <h3>
          {title} <span className="hidden">{setupWords.state[state]}</span>
        </h3>
        {children}
      </div>
    </li>
  );
}
