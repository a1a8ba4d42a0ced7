import { memo } from "react";

import type { Message, Quoted, Reaction } from "../api/types";
import { InspectButton } from "../inspector/InspectButton";
import { oneLine, stableHash } from "../lib/text";
import { clockTime, fullTime } from "../lib/time";
import { KIND_WORD, STATUS_WORD, words } from "../lib/words";
import type { LocalMessage } from "../sync/rows";
import { FormattedText } from "../ui/FormattedText";
import { Icon, type IconName } from "../ui/icons";
import { Attachments } from "./Attachments";

/** Classes `sender-0` … in thread.css. */
const SENDER_COLOURS = 8;

const STATUS_ICON: Readonly<Record<NonNullable<Message["status"]>, IconName>> = {
  pending: "clock",
  sending: "clock",
  unconfirmed: "alert",
  sent: "tick",
  delivered: "ticks",
  read: "ticks",
  failed: "alert",
};

export function senderClass(message: Pick<Message, "sender_id" | "sender_name">): string {
  return `sender-${stableHash(message.sender_id ?? message.sender_name ?? "") % SENDER_COLOURS}`;
}

function QuotedCard({ quoted }: { readonly quoted: Quoted }) {
  const text = quoted.text === "" ? words.message.quotedGone : oneLine(quoted.text, 300);
  return (
    <blockquote className="quoted">
      {quoted.sender_name !== null && <bdi className="quoted-name">{oneLine(quoted.sender_name, 60)}</bdi>}
      <span className="quoted-text" dir="auto">
        {text}
      </span>
    </blockquote>
  );
}

function Reactions({ reactions }: { readonly reactions: readonly Reaction[] }) {
  const byEmoji = new Map<string, Reaction[]>();
  for (const reaction of reactions) {
    byEmoji.set(reaction.emoji, [...(byEmoji.get(reaction.emoji) ?? []), reaction]);
  }
  return (
    <ul className="reactions">
      {[...byEmoji].map(([emoji, given]) => {
        const names = given.map((one) => (one.is_own ? words.you : oneLine(one.sender_name ?? words.noName, 40)));
        const label = words.message.reaction(oneLine(emoji, 12), given.length, names.join(", "));
        return (
          <li key={emoji} title={label}>
            <span aria-hidden="true">
              {oneLine(emoji, 12)} {given.length > 1 ? given.length : ""}
            </span>
            <span className="hidden">{label}</span>
          </li>
        );
      })}
    </ul>
  );
}

function Meta({ message }: { readonly message: LocalMessage }) {
  const { status, sent_at, edited_at, time_flagged, origin, direction } = message;
  const outbound = direction === "outbound";
  const absolute = time_flagged ? `${fullTime(sent_at)}\n${words.message.timeFlagged}` : fullTime(sent_at);
  return (
    <span className="meta">
      {edited_at !== null && message.deleted_at === null && (
        <span title={fullTime(edited_at)}>{words.message.edited}</span>
      )}
      {outbound && origin === "phone" && message.deleted_at === null && (
        <span title={words.message.fromPhone}>
          <Icon name="phone" size={13} label={words.message.fromPhone} />
        </span>
      )}
      {direction === "unknown" && <span className="hidden">{words.message.unknownDirection}</span>}
      <time dateTime={sent_at} title={absolute}>
        {time_flagged && "~"}
        {clockTime(sent_at)}
      </time>
      {outbound && status !== null && message.deleted_at === null && (
        <span title={STATUS_WORD[status]} className={`status status-${status}`}>
          <Icon name={STATUS_ICON[status]} size={15} label={STATUS_WORD[status]} />
        </span>
      )}
    </span>
  );
}

function Words({ message }: { readonly message: LocalMessage }) {
  const { kind, text, attachments } = message;
  if (message.deleted_at !== null) {
    return (
      <span className="aside">
        <Icon name="deleted" size={15} /> {words.message.deleted}
      </span>
    );
  }
  if (text !== "") return <FormattedText text={text} />;
  if (attachments.length > 0) return null;
  if (kind === "unsupported") return <span className="aside">{words.message.unsupported}</span>;
  return <span className="aside">{kind === "text" ? words.message.emptyText : KIND_WORD[kind]}</span>;
}

interface BubbleProps {
  readonly message: LocalMessage;
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
  /** Several people write here: the first bubble of each says who. */
  readonly named: boolean;
}

function Event({ message }: { readonly message: LocalMessage }) {
  return (
    <p className="event">
      <span dir="auto">{oneLine(message.text, 300) || KIND_WORD.event}</span>{" "}
      <time dateTime={message.sent_at} title={fullTime(message.sent_at)}>
        {clockTime(message.sent_at)}
      </time>
    </p>
  );
}

export const Bubble = memo(function Bubble({ message, startsGroup, endsGroup, named }: BubbleProps) {
  if (message.kind === "event") return <Event message={message} />;
  const { direction, sender_name, deleted_at, reactions } = message;
  const outbound = direction === "outbound";
  const alive = deleted_at === null;
  const shownReactions = alive && reactions.length > 0;
  const classes = [
    "bubble",
    `bubble-${direction}`,
    startsGroup && "bubble-first",
    endsGroup && "bubble-last",
    !alive && "bubble-deleted",
    shownReactions && "bubble-reacted",
  ];
  const showsName = named && startsGroup && !outbound && sender_name !== null && sender_name !== "";
  return (
    <article className={classes.filter(Boolean).join(" ")}>
      {showsName ? (
        <bdi className={`sender ${senderClass(message)}`}>{oneLine(sender_name, 60)}</bdi>
      ) : (
        <span className="hidden">{outbound ? words.you : oneLine(sender_name ?? "", 60)}</span>
      )}
      {alive && message.forwarded && (
        <span className="forwarded">
          <Icon name="forward" size={13} /> {words.message.forwarded}
        </span>
      )}
      {alive && message.quoted !== null && <QuotedCard quoted={message.quoted} />}
      {alive && <Attachments attachments={message.attachments} viewOnce={message.view_once} />}
      <Words message={message} />
      <Meta message={message} />
      {shownReactions && <Reactions reactions={reactions} />}
      <InspectButton id={message.id} />
    </article>
  );
});
