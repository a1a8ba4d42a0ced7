import { useCallback, useMemo, useRef, useState } from "react";

import type { Id } from "../api/types";
import { ChannelBadge } from "../channels/ChannelBadge";
import { ChannelChip } from "../channels/ChannelChip";
import { leaveConversation, navigate, searchPath } from "../lib/router";
import { oneLine } from "../lib/text";
import { words } from "../lib/words";
import { useClient, useConversationPicture, useLive } from "../sync/client";
import type { Preferences } from "../sync/device";
import { attendee, channels, conversation as readConversation } from "../sync/queries";
import type { LocalConversation, LocalMessage } from "../sync/rows";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import { Composer, type ComposerHandle } from "./composer/Composer";
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
      {/* On a phone the list, whose heading this page has, is not there. */}
      <h1 className="hidden phone-only">{words.inbox}</h1>
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
  readonly preferences: Preferences;
  readonly detailsOpen: boolean;
  readonly onDetails: () => void;
}

function OpenThread({ conversation, target, onInspect, preferences, detailsOpen, onDetails }: OpenThreadProps) {
  const [unreadAtOpening] = useState(conversation.shown_unread);
  const view = useThreadWindow(conversation.id, unreadAtOpening, target);
  const [written, setWritten] = useState(0);
  const composer = useRef<ComposerHandle>(null);
  const seen = useRef("");
  const { id, provider, channel_id } = conversation;
  const where = useMemo(() => ({ id, provider, channel_id }), [id, provider, channel_id]);
  const onWritten = useCallback(() => {
    setWritten((count) => count + 1);
  }, []);
  return (
    <>
      <Header conversation={conversation} detailsOpen={detailsOpen} onDetails={onDetails} />
      <ThreadStage conversation={conversation} composer={composer} onInspect={onInspect}>
        <ThreadLog
          conversation={conversation}
          window={view}
          target={target}
          written={written}
          seen={seen}
          singleKeys={preferences.singleKeys}
        />
        <Composer
          handle={composer}
          where={where}
          conversation={conversation}
          preferences={preferences}
          seen={seen}
          onWritten={onWritten}
        />
      </ThreadStage>
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
  readonly preferences: Preferences;
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
