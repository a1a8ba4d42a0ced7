import type { RegisteredWebhook, Webhooks } from "../../api/schema";
import { oneLine } from "../../lib/text";
import { Icon } from "../../ui/icons";
import { deliveryWords, PROBLEM_WORDS, SOURCE_WORDS } from "./deliveryWords";

function Differing({ webhook }: { readonly webhook: RegisteredWebhook }) {
  const { name, request_url: url, problems, events_missing: events } = webhook;
  const said = problems.map((one) => (one === "events_missing" ? deliveryWords.events(events) : PROBLEM_WORDS[one]));
  return (
    <li>
      <bdi>{oneLine(name ?? url ?? webhook.id, 80)}</bdi>: {said.join("; ")}
    </li>
  );
}

/** Of what Unipile tells us, and how what is registered there differs from what is wanted. */
export function WebhookList({ webhooks }: { readonly webhooks: Webhooks }) {
  const differing = webhooks.webhooks.filter(({ problems }) => problems.length > 0);
  return (
    <>
      <ul className="sources">
        {webhooks.sources.map(({ source, problem }) => (
          <li key={source} className={problem === null ? "source-served" : "source-lacking"}>
            <Icon name={problem === null ? "tick" : "alert"} size={15} />
            {SOURCE_WORDS[source]}
            <small>{problem === null ? deliveryWords.registered : PROBLEM_WORDS[problem]}</small>
          </li>
        ))}
      </ul>
      {differing.length > 0 && (
        <details className="differing">
          <summary>{deliveryWords.others}</summary>
          <ul>
            {differing.map((webhook) => (
              <Differing key={webhook.id} webhook={webhook} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
