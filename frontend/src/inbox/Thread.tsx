import { useState } from "react";

import type { Id } from "../api/types";
import { ChannelBadge } from "../channels/ChannelBadge";
import { leaveConversation } from "../lib/router";
import { oneLine } from "../lib/text";
import { words } from "../lib/words";
import { useClient, useLive } from "../sync/client";
import { attendee, channels, conversation as readConversation } from "../sync/queries";
import type { LocalConversation } from "../sync/rows";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import { DetailsButton } from "./DetailsDrawer";
import { ThreadLog } from "./ThreadLog";
import { useThreadWindow } from "./useThreadWindow";

function BackButton() {
  return (
    <button type="button" className="icon-button back" aria-label={words.back} onClick={leaveConversation}>
      <Icon name="back" />
    </button>
  );
}

interface HeaderProps {
  readonly conversation: LocalConversation;
  readonly onDetails: () => void;
}

function Header({ conversation, onDetails }: HeaderProps) {
  const contact = useLive(attendee, conversation.contact_id ?? "");
  const accounts = useLive(channels) ?? [];
  const account = accounts.find((channel) => channel.id === conversation.channel_id);
  const kind = { direct: null, group: words.thread.group, channel: words.thread.broadcast }[conversation.kind];
  const number = contact?.phone ?? contact?.public_identifier ?? null;
  const facts = [kind, number === conversation.name ? null : number, account?.name ?? null];
  return (
    <header className="thread-head">
      <BackButton />
      <Avatar
        name={conversation.name}
        seed={conversation.contact_id ?? conversation.id}
        size="header"
        badge={<ChannelBadge provider={conversation.provider} />}
      />
      <div className="thread-title">
        <h2 dir="auto">{oneLine(conversation.name)}</h2>
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
      </div>
      <DetailsButton onPress={onDetails} />
    </header>
  );
}

function OpenThread({ conversation, onDetails }: HeaderProps) {
  const [unreadAtOpening] = useState(conversation.shown_unread);
  const view = useThreadWindow(conversation.id, unreadAtOpening);
  return (
    <>
      <Header conversation={conversation} onDetails={onDetails} />
      <ThreadLog conversation={conversation} window={view} />
      <p className="reply-line">{conversation.read_only ? words.thread.readOnly : words.thread.cannotReply}</p>
    </>
  );
}

/** A conversation that a link names and this device has never listed. */
function UnknownThread({ id }: { readonly id: Id }) {
  const view = useThreadWindow(id, 0);
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
  readonly onDetails: () => void;
}

export function Thread({ id, onDetails }: ThreadProps) {
  const { rows } = useClient();
  const read = useLive(readConversation, id);
  const conversation = read === undefined ? rows.get(id) : read;
  if (conversation === undefined) return null;
  return conversation === null ? <UnknownThread id={id} /> : <OpenThread conversation={conversation} onDetails={onDetails} />;
}
