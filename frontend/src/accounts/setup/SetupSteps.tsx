import type { Setup, Webhooks } from "../../api/schema";
import { getWebhooks } from "../../api/setup";
import { followLink, INBOX_PATH } from "../../lib/router";
import { Icon } from "../../ui/icons";
import { useAct } from "../useAct";
import "./setup.css";
import { DeliveryStep, isServed } from "./DeliveryStep";
import { Step, type StepState } from "./Step";
import { UnipileStep } from "./UnipileStep";
import { useAsked } from "./useAsked";
import { setupWords } from "./words";

export type StepName = "unipile" | "address" | "delivery" | "account" | "chats";

/** Each step by what is so; the first that is not done comes next. */
export function stepStates(
  { upstream, public_url: publicUrl, accounts, next: told }: Setup,
  webhooks: Webhooks | null,
): Readonly<Record<StepName, StepState>> {
  const isConnected = upstream === "connected";
  const isReached = isConnected && publicUrl !== null;
  const done: readonly (readonly [StepName, boolean])[] = [
    ["unipile", isConnected],
    ["address", publicUrl !== null],
    ["delivery", webhooks === null ? isReached && told !== "webhooks" : isServed(webhooks)],
    ["account", isConnected && accounts > 0],
    ["chats", false],
  ];
  const next = done.find(([, isDone]) => !isDone)?.[0];
  const states = done.map(([name, isDone]) => [name, isDone ? "done" : name === next ? "now" : "later"] as const);
  return Object.fromEntries(states) as Record<StepName, StepState>;
}

interface SetupStepsProps {
  readonly setup: Setup;
  readonly onKept: () => void;
  readonly onConnect: () => void;
  /** Null where something is still to be done: the steps then stay. */
  readonly onClose: (() => void) | null;
}

/** The way from a new installation to the first conversations. */
export function SetupSteps({ setup, onKept, onConnect, onClose }: SetupStepsProps) {
  const running = useAct();
  const webhooks = useAsked(getWebhooks, running.act?.state ?? "");
  const states = stepStates(setup, webhooks.answer);
  return (
    <section className="setup" aria-label={setupWords.title}>
      <header className="setup-head">
        <h2>{setupWords.title}</h2>
        {onClose !== null && (
          <button type="button" className="icon-button" aria-label={setupWords.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </header>
      <ol className="steps">
        <UnipileStep number={1} state={states.unipile} setup={setup} onKept={onKept} />
        <Step number={2} state={states.address} title={setupWords.address}>
          {setup.public_url === null ? (
            <>
              <p>{setupWords.addressNext}</p>
              <pre className="step-line">{setupWords.addressLine}</pre>
              <p>{setupWords.addressUntil}</p>
            </>
          ) : (
            <p>{setupWords.addressDone(setup.public_url)}</p>
          )}
        </Step>
        <DeliveryStep
          number={3}
          state={states.delivery}
          possible={setup.upstream === "connected" && setup.public_url !== null}
          webhooks={webhooks}
          running={running}
        />
        <Step number={4} state={states.account} title={setupWords.account}>
          <p>{states.account === "done" ? setupWords.accountDone(setup.accounts) : setupWords.accountNext}</p>
          {setup.upstream === "connected" && (
            <button type="button" className={`button ${states.account === "now" ? "button-strong" : ""}`} onClick={onConnect}>
              {setupWords.account}
            </button>
          )}
        </Step>
        <Step number={5} state={states.chats} title={setupWords.chats}>
          <p>
            {setupWords.chatsNext}{" "}
            {states.account === "done" && (
              <a href={INBOX_PATH} onClick={followLink}>
                {setupWords.toInbox}
              </a>
            )}
          </p>
        </Step>
      </ol>
    </section>
  );
}
