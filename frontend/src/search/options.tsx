/** What a search lists: people and chats, and messages. */
import { memo } from "react";

import type { Attendee, Conversation, Hit } from "../api/types";
import { ChannelBadge } from "../channels/ChannelBadge";
import { oneLine } from "../lib/text";
import { fullTime, listTime } from "../lib/time";
import { KIND_WORD } from "../lib/words";
import { useConversationPicture } from "../sync/client";
import { Avatar } from "../ui/Avatar";
import { Marked } from "./Marked";
import { searchWords } from "./words";

export const optionId = (index: number): string => `search-option-${index}`;

interface OptionProps {
  readonly index: number;
  readonly active: boolean;
  readonly onOpen: (index: number) => void;
}

function optionProps({ index, active, onOpen }: OptionProps) {
  return {
    id: optionId(index),
    role: "option",
    "aria-selected": active,
    className: active ? "search-option search-option-active" : "search-option",
    onClick: () => {
      onOpen(index);
    },
  } as const;
}

function Picture({ chat }: { readonly chat: Conversation }) {
  return (
    <Avatar
      name={chat.name}
      seed={chat.contact_id ?? chat.id}
      picture={useConversationPicture(chat)}
      badge={<ChannelBadge provider={chat.provider} />}
    />
  );
}

interface ChatOptionProps extends OptionProps {
  readonly chat: Conversation;
  /** Of the member whose name was found, where the chat bears another. */
  readonly member: Attendee | undefined;
  readonly account: string | null;
  readonly now: Date;
}

export const ChatOption = memo(function ChatOption({ chat, member, account, now, ...option }: ChatOptionProps) {
  const bearer = [member?.name, member?.phone, member?.public_identifier].find(Boolean) ?? null;
  return (
    <div {...optionProps(option)}>
      <Picture chat={chat} />
      <span className="search-main">
        <bdi className="search-name">{oneLine(chat.name)}</bdi>
        {bearer !== null && (
          <span className="search-text">
            {searchWords.with} <bdi>{oneLine(bearer, 60)}</bdi>
          </span>
        )}
        {account !== null && <bdi className="search-text">{oneLine(account, 60)}</bdi>}
      </span>
      {chat.last_message_at !== null && (
        <time className="search-time" dateTime={chat.last_message_at}>
          {listTime(chat.last_message_at, now)}
        </time>
      )}
    </div>
  );
});

interface HitOptionProps extends OptionProps {
  readonly hit: Hit;
  readonly chat: Conversation;
  readonly now: Date;
}

export const HitOption = memo(function HitOption({ hit, chat, now, ...option }: HitOptionProps) {
  const { snippet, direction, sender_name, kind } = hit;
  const who = direction === "outbound" ? searchWords.you : chat.kind === "direct" ? null : sender_name;
  return (
    <div {...optionProps(option)}>
      <Picture chat={chat} />
      <span className="search-main">
        <bdi className="search-name">{oneLine(chat.name)}</bdi>
        <span className="search-text" dir="auto">
          {who !== null && who !== "" && (
            <>
              <bdi>{oneLine(who, 60)}</bdi>
              {": "}
            </>
          )}
          {(snippet.is_file_name || snippet.text === "") && `${snippet.text === "" ? KIND_WORD[kind] : searchWords.file} `}
          <Marked snippet={snippet} />
        </span>
      </span>
      <time className="search-time" dateTime={hit.sent_at} title={fullTime(hit.sent_at)}>
        {listTime(hit.sent_at, now)}
      </time>
    </div>
  );
});
