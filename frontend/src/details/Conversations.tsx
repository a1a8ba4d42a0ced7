import type { Conversation, ConversationDetails, Id } from "../api/types";
import { isolated, oneLine } from "../lib/text";
import { conversationPath, navigate } from "../lib/router";
import { fullTime } from "../lib/time";
import { conversationDecide, type Verdict } from "../sync/details";
import { DeliveryLink, Section } from "./Section";
import { useChange } from "./useLoaded";
import { details as words } from "./words";

function Open({ conversation }: { readonly conversation: Conversation }) {
  const path = conversationPath(conversation.id);
  return (
    <a
      href={path}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        navigate(path, "replace");
      }}
    >
      <bdi>{oneLine(conversation.name)}</bdi>
    </a>
  );
}

interface Props {
  readonly chat: ConversationDetails;
  readonly onChanged: (chat: ConversationDetails) => void;
}

/** Other conversations of the same person, and of what conversations this one is made. */
export function Conversations({ chat, onChanged }: Props) {
  const change = useChange();
  const decide = (otherId: Id, verdict: Verdict): void => {
    change.run(async () => {
      const answer = await conversationDecide(chat.id, otherId, verdict);
      // The older of two stands for both: it may be the other one.
      if (answer.id === chat.id) onChanged(answer);
      else navigate(conversationPath(answer.id), "replace");
    });
  };
  const apart = new Set(chat.kept_apart.map(({ conversation }) => conversation.id));
  const others = (chat.person?.conversations ?? []).filter(({ id }) => id !== chat.id && !apart.has(id));
  const action = (label: string, whose: string, otherId: Id, verdict: Verdict) =>
    chat.may_decide && (
      <button
        type="button"
        className="button"
        aria-label={`${label}: ${isolated(whose)}`}
        onClick={() => {
          decide(otherId, verdict);
        }}
      >
        {label}
      </button>
    );
  return (
    <fieldset className="details-fields" disabled={change.busy}>
      {change.failure !== null && (
        <p className="details-failure" role="alert">
          {change.failure}
        </p>
      )}
      {others.length > 0 && (
        <Section title={words.threads}>
          <ul className="details-list">
            {others.map((other) => (
              <li key={other.id}>
                <Open conversation={other} />
                {other.last_message_at !== null && <p>{fullTime(other.last_message_at)}</p>}
                <div className="details-actions">
                  {action(words.join, other.name, other.id, "same")}
                  {action(words.reject, other.name, other.id, "different")}
                </div>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {chat.parts.length > 0 && (
        <Section title={words.parts}>
          <ul className="details-list">
            {chat.parts.map((part) => (
              <li key={part.id}>
                <bdi className="details-id">{part.names.join(", ")}</bdi>
                {part.joined_at === null ? (
                  <p>
                    {words.partProven}. <DeliveryLink id={part.delivery_id} />
                  </p>
                ) : (
                  <p>{words.joinedBy(part.joined_by, fullTime(part.joined_at))}</p>
                )}
                <div className="details-actions">
                  {action(words.part, part.names[0] ?? part.id, part.id, "different")}
                  {part.joined_at !== null && action(words.takeBack, part.names[0] ?? part.id, part.id, null)}
                </div>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {chat.kept_apart.length > 0 && (
        <Section title={words.apart}>
          <ul className="details-list">
            {chat.kept_apart.map(({ conversation, decided_by, decided_at }) => (
              <li key={conversation.id}>
                <Open conversation={conversation} />
                <p>{words.chatApartBy(decided_by, fullTime(decided_at))}</p>
                {action(words.takeBack, conversation.name, conversation.id, null)}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </fieldset>
  );
}
