import { useState } from "react";

import type { Id } from "../api/types";
import { ChannelBadge } from "../channels/ChannelBadge";
import { ChannelChip } from "../channels/ChannelChip";
import { leaveConversation, navigate, searchPath } from "../lib/router";
import { oneLine } from "../lib/text";
import { words } from "../lib/words";
import { useClient, useConversationPicture, useLive } from "../sync/client";
import { attendee, channels, conversation as readConversation } from "../sync/queries";
import type { LocalConversation, LocalMessage } from "../sync/rows";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import { DetailsButton } from "./DetailsDrawer";
import { CONTENT_TYPE_WORD } from "./eventWords";
import { ThreadLog } from "./ThreadLog";
import { ThreadStage } from "./ThreadStage";
import { useThreadWindow, type JumpTarget } from "./useThreadWindow";

function BackButton() {
  return (
    <button type="button" className="icon-button back" aria-label={words.back} onClick={leaveConversation}>
      <Icon name="back" />
    </button>
  );
}

interface HeaderProps {
  readonly conversation: LocalConversation;
  readonly detailsOpen: boolean;
  readonly onDetails: () => void;
}

function Header({ conversation, detailsOpen, onDetails }: HeaderProps) {
  const contact = useLive(attendee, conversation.contact_id ?? "");
  const picture = useConversationPicture(conversation);
  const accounts = useLive(channels) ?? [];
  const account = accounts.find((channel) => channel.id === conversation.channel_id);
  const kind = { direct: null, group: words.thread.group, channel: words.thread.broadcast }[conversation.kind];
  const number = contact?.phone ?? contact?.public_identifier ?? null;
  const contentType = CONTENT_TYPE_WORD.get(conversation.content_type ?? "") ?? conversation.content_type;
  const facts = [kind, contentType, number === conversation.name ? null : number, account?.name ?? null];
  return (
    <header className="thread-head">
      <BackButton />
      <Avatar
        name={conversation.name}
        seed={conversation.contact_id ?? conversation.id}
        size="header"
        picture={picture}
        badge={<ChannelBadge provider={conversation.provider} />}
      />
      <div className="thread-title">
        <h2 dir="auto">{oneLine(conversation.name)}</h2>
        <div className="thread-facts">
          <p>
            {facts
              .filter((fact) => fact !== null && fact !== "")
              .map((fact, index) => (
                <span key={fact}>
                  {index > 0 && " · "}
                  <bdi>{oneLine(fact ?? "", 60)}</bdi>
                </span>
              ))}
          </p>
          <ChannelChip channelId={conversation.channel_id} />
        </div>
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={words.thread.find}
        title={words.thread.find}
        onClick={() => {
          navigate(searchPath(`in:#${conversation.id} `));
        }}
      >
        <Icon name="search" />
      </button>
      <DetailsButton open={detailsOpen} onPress={onDetails} />
    </header>
  );
}

interface OpenThreadProps {
  readonly conversation: LocalConversation;
  readonly target: JumpTarget | null;
  readonly onInspect: ThreadProps["onInspect"];
  readonly detailsOpen: boolean;
  readonly onDetails: () => void;
}

function OpenThread({ conversation, target, onInspect, detailsOpen, onDetails }: OpenThreadProps) {
  const [unreadAtOpening] = useState(conversation.shown_unread);
  const view = useThreadWindow(conversation.id, unreadAtOpening, target);
  return (
    <>
      <Header conversation={conversation} detailsOpen={detailsOpen} onDetails={onDetails} />
      <ThreadStage conversationId={conversation.id} onInspect={onInspect}>
        <ThreadLog conversation={conversation} window={view} target={target} />
      </ThreadStage>
      <p className="reply-line">{conversation.read_only ? words.thread.readOnly : words.thread.cannotReply}</p>
    </>
  );
}

/** A conversation that a link names and this device has never listed. */
function UnknownThread({ id }: { readonly id: Id }) {
  const view = useThreadWindow(id, 0, null);
  return (
    <>
      <header className="thread-head">
        <BackButton />
      </header>
      {view.newestLoad === "missing" && <Notice title={words.thread.missing} next={words.thread.missingNext} />}
      {view.newestLoad === "failed" && (
        <Notice tone="error" title={words.thread.failed} next={words.login.unreachable}>
          <button type="button" className="button" onClick={view.retry}>
            {words.retry}
          </button>
        </Notice>
      )}
    </>
  );
}

interface ThreadProps {
  readonly id: Id;
  /** The message to open it at, instead of the newest. */
  readonly target: JumpTarget | null;
  /** Shows where a message comes from; null where nothing does. */
  readonly onInspect: ((message: LocalMessage) => void) | null;
  readonly detailsOpen: boolean;
  readonly onDetails: () => void;
}

export function Thread({ id, target, ...rest }: ThreadProps) {
  const { rows } = useClient();
  const read = useLive(readConversation, id);
  const conversation = read === undefined ? rows.get(id) : read;
  if (conversation === undefined) return null;
  if (conversation === null) return <UnknownThread id={id} />;
  return <OpenThread conversation={conversation} target={target} {...rest} />;
}
