import { useState, type ReactNode } from "react";

import { ApiError } from "../api/http";
import { getDelivery, getDifference, replayDelivery } from "../api/ledger";
import type { Delivery, DeliveryDetail as Detail, FieldChange } from "../api/types";
import { conversationPath, navigate } from "../lib/router";
import { fileSize, oneLine } from "../lib/text";
import { useAnswer } from "../lib/useAnswer";
import { useLive } from "../sync/client";
import { channels } from "../sync/queries";
import { Fact } from "../ui/Fact";
import { Icon } from "../ui/icons";
import { Notice, Waiting } from "../ui/Notice";
import { BodyView } from "./BodyView";
import { CopyButton } from "./CopyButton";
import { Failure } from "./Failure";
import { NO_FILTER, type Navigation } from "./filter";
import { exactTime } from "./moments";
import { OutcomeMark } from "./OutcomeMark";
import { entityWord, eventWord, OUTCOME_MEANING, words } from "./words";

function Facts({ detail }: { readonly detail: Detail }) {
  const { delivery } = detail;
  const accounts = useLive(channels) ?? [];
  const account = accounts.find((channel) => channel.id === delivery.channel_id);
  return (
    <dl className="facts">
      <Fact name={words.facts.received}>{exactTime(delivery.received_at)}</Fact>
      <Fact name={words.facts.outcome}>
        <OutcomeMark outcome={delivery.outcome} /> <span className="aside">{OUTCOME_MEANING[delivery.outcome]}</span>
      </Fact>
      {delivery.reason !== "" && <Fact name={words.facts.reason}>{oneLine(delivery.reason, 1000)}</Fact>}
      {delivery.next_attempt_at !== null && (
        <Fact name={words.facts.next}>{exactTime(delivery.next_attempt_at)}</Fact>
      )}
      <Fact name={words.facts.event}>{eventWord(delivery.event)}</Fact>
      {delivery.event_name !== "" && delivery.event_name !== delivery.event && (
        <Fact name={words.facts.named}>
          <bdi>{oneLine(delivery.event_name, 100)}</bdi>
        </Fact>
      )}
      <Fact name={words.facts.account}>
        <bdi>{account === undefined ? words.noAccount : oneLine(account.name, 80)}</bdi>{" "}
        {delivery.account !== "" && <code>{oneLine(delivery.account, 200)}</code>}
      </Fact>
      {delivery.conversation_id !== null && (
        <Fact name={words.facts.conversation}>
          <Link path={conversationPath(delivery.conversation_id, delivery.message_id ?? undefined)}>
            {oneLine(delivery.conversation_name ?? "", 80)}
          </Link>
          {delivery.sender_name !== null && delivery.sender_name !== delivery.conversation_name && (
            <>
              {" · "}
              <bdi>{oneLine(delivery.sender_name, 80)}</bdi>
            </>
          )}
        </Fact>
      )}
      {detail.webhook_name !== "" && (
        <Fact name={words.facts.webhook}>
          <bdi>{oneLine(detail.webhook_name, 100)}</bdi>
        </Fact>
      )}
      {delivery.message_count > 1 && <Fact name={words.facts.shows}>{words.messages(delivery.message_count)}</Fact>}
      <Fact name={words.facts.source}>{words.sources[delivery.source]}</Fact>
      <Fact name={words.facts.size}>{fileSize(delivery.size_bytes)}</Fact>
      <Fact name={words.facts.attempts}>{delivery.attempts}</Fact>
      <Fact name={words.facts.sha256}>
        <code>{detail.sha256}</code> <CopyButton text={detail.sha256} />
      </Fact>
      <Fact name={words.facts.id}>
        <code>{delivery.id}</code> <CopyButton text={delivery.id} />
      </Fact>
    </dl>
  );
}

function Link({ path, children }: { readonly path: string; readonly children: ReactNode }) {
  return (
    <a
      href={path}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        navigate(path);
      }}
    >
      <bdi>{children}</bdi>
    </a>
  );
}

function value(text: string | null): ReactNode {
  if (text === null) return <span className="aside">{words.unknown}</span>;
  return <bdi>{oneLine(text, 300)}</bdi>;
}

function Changes({ changes }: { readonly changes: readonly FieldChange[] }) {
  if (changes.length === 0) return <p>{words.differenceNone}</p>;
  return (
    <div className="difference" tabIndex={0} role="group" aria-label={words.difference}>
      <table>
        <thead>
          <tr>
            {words.differenceColumns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={`${change.entity} ${change.key} ${change.field}`}>
              <td title={oneLine(change.key)}>{entityWord(change)}</td>
              <td>{change.field.replaceAll("_", " ")}</td>
              <td>{value(change.before)}</td>
              <td>{value(change.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ReplayProps {
  readonly delivery: Delivery;
  readonly onReplayed: () => void;
}

function Replay({ delivery, onReplayed }: ReplayProps) {
  const [wanted, setWanted] = useState(false);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(undefined);
  const difference = useAnswer(wanted ? delivery.id : null, (signal) => getDifference(delivery.id, signal));
  const replay = (): void => {
    setBusy(true);
    setFailure(undefined);
    replayDelivery(delivery.id)
      .then(
        (detail) => {
          setSaid(words.replayed(detail.delivery.outcome));
          setWanted(false);
          onReplayed();
        },
        (error: unknown) => {
          setFailure(error);
        },
      )
      .finally(() => {
        setBusy(false);
      });
  };
  return (
    <section aria-label={words.replay}>
      <h3>{words.replay}</h3>
      <p className="aside">{words.replayNext}</p>
      <p className="button-row">
        <button
          type="button"
          className="button"
          disabled={wanted && difference.waiting}
          onClick={() => {
            if (wanted) difference.again();
            setWanted(true);
          }}
        >
          {words.difference}
        </button>
        <button type="button" className="button" disabled={busy} onClick={replay}>
          {busy ? words.replaying : words.replayOne}
        </button>
      </p>
      <p role="status">{said}</p>
      {failure !== undefined && <Failure error={failure} onRetry={replay} />}
      {wanted && difference.error !== undefined && <Failure error={difference.error} onRetry={difference.again} />}
      {wanted && difference.waiting && <Waiting label={words.waiting} />}
      {wanted && !difference.waiting && difference.value !== undefined && <Changes changes={difference.value.changes} />}
    </section>
  );
}

interface DeliveryDetailProps {
  readonly id: string;
  readonly go: Navigation["go"];
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

export function DeliveryDetail({ id, go, onChanged, onClose }: DeliveryDetailProps) {
  const answer = useAnswer(id, (signal) => getDelivery(id, signal));
  const detail = answer.value;
  const missing = answer.error instanceof ApiError && answer.error.status === 404;
  return (
    <section className="detail" aria-label={words.detail}>
      <header className="detail-head">
        <h2>{words.detail}</h2>
        <button type="button" className="icon-button" aria-label={words.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {detail === undefined && answer.waiting && <Waiting label={words.waiting} />}
      {missing && <Notice title={words.missing} />}
      {answer.error !== undefined && !missing && <Failure error={answer.error} onRetry={answer.again} />}
      {detail !== undefined && (
        <>
          <Facts detail={detail} />
          {detail.delivery.message_id !== null && (
            <p>
              <button
                type="button"
                className="text-button"
                onClick={() => {
                  go({ tab: "all", filter: { ...NO_FILTER, message_id: detail.delivery.message_id } });
                }}
              >
                {words.allOfMessage}
              </button>
            </p>
          )}
          {detail.repeated_by.length > 0 && (
            <section aria-label={words.repeated}>
              <h3>{words.repeated}</h3>
              <ul className="plain">
                {detail.repeated_by.map((other) => (
                  <li key={other.id}>
                    <button
                      type="button"
                      className="text-button"
                      onClick={() => {
                        go({ delivery: other.id });
                      }}
                    >
                      {exactTime(other.received_at)}
                    </button>{" "}
                    <OutcomeMark outcome={other.outcome} />
                  </li>
                ))}
              </ul>
            </section>
          )}
          <section aria-label={words.body}>
            <h3>{words.body}</h3>
            <BodyView key={id} id={id} hasBody={detail.has_body} />
          </section>
          {detail.has_body && (
            <Replay
              key={`replay ${id}`}
              delivery={detail.delivery}
              onReplayed={() => {
                answer.again();
                onChanged();
              }}
            />
          )}
          <section aria-label={words.headers}>
            <h3>{words.headers}</h3>
            <p className="aside">{words.headersNext}</p>
            <dl className="facts headers">
              {detail.headers.map((header) => (
                <Fact key={header.name} name={oneLine(header.name, 100)}>
                  <code>{oneLine(header.value, 500)}</code>
                </Fact>
              ))}
            </dl>
          </section>
        </>
      )}
    </section>
  );
}
