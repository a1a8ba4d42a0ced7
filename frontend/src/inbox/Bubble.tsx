import { memo, useEffect } from "react";

import type { Message } from "../api/types";
import { noteDrawn } from "../inspector/opened";
import { isEqual } from "../lib/equal";
import { oneLine, stableHash } from "../lib/text";
import { clockTime, fullTime } from "../lib/time";
import { KIND_WORD, STATUS_WORD, words } from "../lib/words";
import type { LocalMessage } from "../sync/rows";
import { Icon } from "../ui/icons";
import { Attachments } from "./media/Attachments";
import { Changes } from "./Changes";
import { namedLine, namesByToken } from "./mentions";
import { EventText, eventLine, MessageText } from "./MessageText";
import { QuotedCard } from "./QuotedCard";
import { Reactions } from "./Reactions";
import { SendingLine } from "./sending/SendingLine";
import { STATUS_ICON, statusTitle } from "./sending/status";

/** Classes `sender-0` … in thread.css. */
const SENDER_COLOURS = 8;

/** Shown without a bubble around it. */
const isBare = ({ kind, state }: Message["attachments"][number]): boolean => kind === "sticker" && state === "stored";

function senderClass(message: Pick<Message, "sender_id" | "sender_name">): string {
  return `sender-${stableHash(message.sender_id ?? message.sender_name ?? "") % SENDER_COLOURS}`;
}

function Meta({ message }: { readonly message: LocalMessage }) {
  const { status, sent_at, edited_at, time_flagged, origin, direction } = message;
  const outbound = direction === "outbound";
  const absolute = time_flagged ? `${fullTime(sent_at)}\n${words.message.timeFlagged}` : fullTime(sent_at);
  return (
    <span className="meta" dir="ltr">
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
        <span title={statusTitle(message)} className={`status status-${status}`}>
          <Icon name={STATUS_ICON[status]} size={15} label={STATUS_WORD[status]} />
        </span>
      )}
    </span>
  );
}

function Words({ message }: { readonly message: LocalMessage }) {
  const { kind, text, attachments } = message;
  const meta = <Meta message={message} />;
  if (message.deleted_at !== null) {
    return (
      <>
        <span className="aside">
          <Icon name="deleted" size={15} /> {words.message.deleted}
        </span>
        {meta}
      </>
    );
  }
  if (text !== "") return <MessageText message={message} after={meta} />;
  if (attachments.length > 0) return meta;
  const sign = message.view_once ? "once" : kind === "unsupported" ? kind : null;
  const absent = message.view_once ? `${KIND_WORD[kind]}, ${words.message.viewOnce}` : (WITHOUT_WORDS[kind] ?? KIND_WORD[kind]);
  return (
    <>
      <span className="aside">
        {sign !== null && <Icon name={sign} size={15} />} {absent}
      </span>
      {meta}
    </>
  );
}

const WITHOUT_WORDS: Partial<Record<Message["kind"], string>> = {
  unsupported: words.message.unsupported,
  text: words.message.emptyText,
};

/** What a screen reader says of a bubble that has the focus. */
function spoken(message: LocalMessage): string {
  const { direction, sender_name, sent_at, kind, text, status, deleted_at, edited_at } = message;
  const sender = direction === "outbound" ? words.you : oneLine(sender_name ?? "", 60);
  const said = deleted_at !== null ? words.message.deleted : namedLine(text, namesByToken(message.mentions), 300);
  const unworded = deleted_at === null && (kind !== "text" || said === "") ? KIND_WORD[kind] : "";
  const state = direction === "outbound" && status !== null && deleted_at === null ? STATUS_WORD[status] : "";
  const edited = edited_at !== null && deleted_at === null ? words.message.edited : "";
  return [sender, clockTime(sent_at), unworded, said, edited, state].filter((part) => part !== "").join(", ");
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
    <article className="event" tabIndex={-1} aria-label={`${eventLine(message, namesByToken(message.mentions))}, ${clockTime(message.sent_at)}`}>
      <EventText message={message} />{" "}
      <time dateTime={message.sent_at} title={fullTime(message.sent_at)}>
        {clockTime(message.sent_at)}
      </time>
    </article>
  );
}

export const Bubble = memo(function Bubble({ message, startsGroup, endsGroup, named }: BubbleProps) {
  useEffect(() => {
    noteDrawn(message.id);
  }, [message.id]);
  if (message.kind === "event") return <Event message={message} />;
  const { direction, sender_name, deleted_at, reactions } = message;
  const outbound = direction === "outbound";
  const alive = deleted_at === null;
  const shownReactions = alive && reactions.length > 0;
  const bare = alive && message.quoted === null && message.attachments.length > 0 && message.attachments.every(isBare);
  const classes = [
    "bubble",
    bare && message.text === "" && "bubble-bare",
    message.attachments.length > 0 && alive && "bubble-filed",
    `bubble-${direction}`,
    startsGroup && "bubble-first",
    endsGroup && "bubble-last",
    !alive && "bubble-deleted",
    shownReactions && "bubble-reacted",
  ];
  const showsName = named && startsGroup && !outbound && sender_name !== null && sender_name !== "";
  return (
    <article className={classes.filter(Boolean).join(" ")} tabIndex={-1} aria-label={spoken(message)}>
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
      {alive && <Attachments message={message} />}
      {alive && message.subject !== null && (
        <strong className="subject" dir="auto">
          {oneLine(message.subject)}
        </strong>
      )}
      <Words message={message} />
      {alive && outbound && message.author_id !== null && <SendingLine message={message} />}
      {shownReactions && <Reactions message={message} />}
      <Changes message={message} />
    </article>
  );
}, isEqual);
