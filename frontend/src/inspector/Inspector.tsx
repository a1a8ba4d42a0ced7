import { ApiError } from "../api/http";
import { inspectMessage } from "../api/ledger";
import type { Id, Inspection, MessageDelivery } from "../api/types";
import { BodyView } from "../deliveries/BodyView";
import { CopyButton } from "../deliveries/CopyButton";
import "../deliveries/detail.css";
import "../deliveries/deliveries.css";
import { Failure } from "../deliveries/Failure";
import { NO_FILTER, placePath } from "../deliveries/filter";
import { exactTime } from "../deliveries/moments";
import { OutcomeMark } from "../deliveries/OutcomeMark";
import { eventWord } from "../deliveries/words";
import { navigate } from "../lib/router";
import { fileSize, oneLine } from "../lib/text";
import { useAnswer } from "../lib/useAnswer";
import { STATUS_WORD } from "../lib/words";
import { Dialog } from "../ui/Dialog";
import { Fact } from "../ui/Fact";
import { Notice, Waiting } from "../ui/Notice";
import "./inspector.css";
import { firstDrawn } from "./opened";
import { Texts } from "./Texts";
import { DIRECTION_WORD, EFFECT_WORD, EVIDENCE_WORD, ORIGIN_WORD, words } from "./words";

function Moment({ at, note }: { readonly at: string; readonly note?: string }) {
  return (
    <>
      <time dateTime={at}>{exactTime(at)}</time>
      {note !== undefined && <small>{note}</small>}
    </>
  );
}

function Times({ inspection }: { readonly inspection: Inspection }) {
  const { sent_at, received_at, stored_at, time_flagged, edited_at, deleted_at, message_id } = inspection;
  const shown = firstDrawn(message_id);
  return (
    <section aria-label={words.times}>
      <h3>{words.times}</h3>
      <dl className="facts">
        <Fact name={words.sent}>
          <Moment at={sent_at} note={time_flagged ? words.sentFlagged : words.sentNext} />
        </Fact>
        <Fact name={words.received}>
          <Moment at={received_at} note={words.receivedNext} />
        </Fact>
        <Fact name={words.stored}>
          <Moment at={stored_at} note={words.storedNext} />
        </Fact>
        {shown !== null && (
          <Fact name={words.shown}>
            <Moment at={shown} note={words.shownNext} />
          </Fact>
        )}
        {edited_at.map((at) => (
          <Fact key={at} name={words.edited}>
            <Moment at={at} />
          </Fact>
        ))}
        {deleted_at !== null && (
          <Fact name={words.deleted}>
            <Moment at={deleted_at} />
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Identities({ identities }: { readonly identities: readonly string[] }) {
  if (identities.length === 0) return <span className="aside">{words.noIdentity}</span>;
  return identities.map((identity) => (
    <code key={identity} className="identity">
      {oneLine(identity)}
    </code>
  ));
}

function Evidence({ inspection }: { readonly inspection: Inspection }) {
  const { direction, direction_by, origin, status, sender_identities, own_identities } = inspection;
  return (
    <section aria-label={words.evidence}>
      <h3>{words.evidence}</h3>
      <dl className="facts">
        <Fact name={words.direction}>{DIRECTION_WORD[direction]}</Fact>
        <Fact name={words.why}>{EVIDENCE_WORD[direction_by]}</Fact>
        <Fact name={words.origin}>{ORIGIN_WORD[origin]}</Fact>
        {status !== null && <Fact name={words.status}>{STATUS_WORD[status]}</Fact>}
        {sender_identities !== null && (
          <Fact name={words.sender}>
            <Identities identities={sender_identities} />
          </Fact>
        )}
        {own_identities !== null && (
          <Fact name={words.own}>
            <Identities identities={own_identities} />
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Ids({ inspection }: { readonly inspection: Inspection }) {
  const ids: readonly (readonly [string, string | null])[] = [
    [words.id, inspection.message_id],
    [words.unipile, inspection.external_message_id],
    [words.provider, inspection.provider_message_id],
    [words.conversation, inspection.conversation_id],
  ];
  return (
    <section aria-label={words.ids}>
      <h3>{words.ids}</h3>
      <dl className="facts">
        {ids.map(([name, id]) => (
          <Fact key={name} name={name}>
            {id === null ? (
              <span className="aside">{words.none}</span>
            ) : (
              <>
                <code>{oneLine(id, 512)}</code> <CopyButton text={id} />
              </>
            )}
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function Reactions({ reactions }: { readonly reactions: NonNullable<Inspection["reactions"]> }) {
  if (reactions.length === 0) return null;
  return (
    <section aria-label={words.reactions}>
      <h3>{words.reactions}</h3>
      <ul className="plain">
        {reactions.map((reaction, index) => (
          <li key={`${reaction.reacted_at} ${index}`}>
            <bdi>
              {words.reactionBy(
                oneLine(reaction.emoji, 12),
                reaction.is_own ? words.you : oneLine(reaction.sender_name ?? words.noName, 60),
              )}
            </bdi>{" "}
            <small>
              {exactTime(reaction.reacted_at)}
              {reaction.emoji !== "" && `, ${reaction.stands ? words.stands : words.replaced}`}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Behind({ delivery, bodies }: { readonly delivery: MessageDelivery; readonly bodies: boolean }) {
  return (
    <li className="behind">
      <p>
        <b>{eventWord(delivery.event)}</b> <OutcomeMark outcome={delivery.outcome} />{" "}
        <time dateTime={delivery.received_at}>{exactTime(delivery.received_at)}</time>
      </p>
      <p>{EFFECT_WORD[delivery.effect]}</p>
      {delivery.reason !== "" && <p className="aside">{oneLine(delivery.reason, 300)}</p>}
      <p>
        <small>
          <code>{delivery.sha256}</code> · {fileSize(delivery.size_bytes)}
        </small>
      </p>
      {bodies && (
        <details>
          <summary>{words.body}</summary>
          <BodyView id={delivery.id} hasBody={delivery.has_body} />
        </details>
      )}
    </li>
  );
}

function Deliveries({ inspection, onLeave }: { readonly inspection: Inspection; readonly onLeave: () => void }) {
  const { deliveries, is_administrator, has_more_deliveries, message_id } = inspection;
  const all = placePath({ tab: "all", filter: { ...NO_FILTER, message_id }, delivery: null });
  return (
    <section aria-label={words.deliveries}>
      <h3>{words.deliveries}</h3>
      {deliveries.length === 0 && <p className="aside">{words.deliveriesNone}</p>}
      <ol className="plain">
        {deliveries.map((delivery) => (
          <Behind key={delivery.id} delivery={delivery} bodies={is_administrator} />
        ))}
      </ol>
      {has_more_deliveries && <p>{words.more(deliveries.length)}</p>}
      {is_administrator && deliveries.length > 0 && (
        <a
          href={all}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            onLeave();
            navigate(all);
          }}
        >
          {words.all}
        </a>
      )}
    </section>
  );
}

/** Why a message is there and how it came: read from the server each time, kept nowhere. */
export function Inspector({ id, onClose }: { readonly id: Id; readonly onClose: () => void }) {
  const answer = useAnswer(id, (signal) => inspectMessage(id, signal));
  const { value, error } = answer;
  const missing = error instanceof ApiError && error.status === 404;
  return (
    <Dialog title={words.title} onClose={onClose} className="inspector">
      {value === undefined && answer.waiting && <Waiting label={words.waiting} />}
      {missing && <Notice title={words.missing} />}
      {error !== undefined && !missing && <Failure error={error} onRetry={answer.again} />}
      {value !== undefined && (
        <>
          <Times inspection={value} />
          <Evidence inspection={value} />
          <Texts inspection={value} />
          {value.reactions !== null && <Reactions reactions={value.reactions} />}
          <Deliveries inspection={value} onLeave={onClose} />
          <Ids inspection={value} />
        </>
      )}
    </Dialog>
  );
}
