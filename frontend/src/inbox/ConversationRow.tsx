import { memo } from "react";

import type { Id } from "../api/types";
import { ChannelBadge, providerName } from "../channels/ChannelBadge";
import { ChannelChip } from "../channels/ChannelChip";
import { oneLine } from "../lib/text";
import { fullTime, listTime } from "../lib/time";
import { STATUS_WORD, words } from "../lib/words";
import { useConversationPicture, useRow } from "../sync/client";
import { useDraftText, useLastWritten } from "../sync/outgoing";
import type { LocalConversation } from "../sync/rows";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/icons";
import { draftPreview, previewOf, writtenPreview, type Preview } from "./preview";
import { STATUS_ICON } from "./sending/status";

export function rowElementId(id: Id): string {
  return `conversation-${id}`;
}

interface ConversationRowProps {
  readonly id: Id;
  readonly index: number;
  readonly total: number;
  readonly height: number;
  /** Has the keyboard's attention. */
  readonly active: boolean;
  /** Is the one being read. */
  readonly open: boolean;
  readonly now: Date;
  readonly onOpen: (id: Id) => void;
}

function isMuted(row: LocalConversation, now: Date): boolean {
  return row.muted_until !== null && new Date(row.muted_until) > now;
}

function spoken(row: LocalConversation, preview: Preview, now: Date): string {
  return [
    oneLine(row.name),
    providerName(row.provider),
    row.shown_unread > 0 ? words.list.unreadCount(row.shown_unread) : null,
    row.pinned ? words.list.pinned : null,
    isMuted(row, now) ? words.list.muted : null,
    preview.draft ? words.list.draft : preview.status === null ? null : STATUS_WORD[preview.status],
    preview.who === null ? preview.text : `${preview.who}: ${preview.text}`,
    row.last_message_at === null ? null : listTime(row.last_message_at, now),
  ]
    .filter(Boolean)
    .join(", ");
}

function PreviewLine({ preview }: { readonly preview: Preview }) {
  const tone = preview.failed ? "row-failed" : preview.draft ? "row-draft" : "";
  return (
    <span className={`row-preview ${tone}`} dir="auto">
      {preview.failed && `${STATUS_WORD.failed}: `}
      {preview.draft && `${words.list.draft}: `}
      {preview.status !== null && !preview.failed && (
        <Icon name={STATUS_ICON[preview.status]} size={14} className={`row-kind status-${preview.status}`} />
      )}
      {preview.who !== null && (
        <>
          <bdi>{preview.who}</bdi>
          {": "}
        </>
      )}
      {preview.icon !== null && <Icon name={preview.icon} size={14} className="row-kind" />}
      {preview.text}
    </span>
  );
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { id, index, total, height, active, open, now, onOpen } = props;
  const row = useRow(id);
  const picture = useConversationPicture(row);
  const written = useLastWritten(row, id);
  const draft = useDraftText(id);
  const place = { height, transform: `translateY(${index * height}px)` };
  const option = { id: rowElementId(id), role: "option", "aria-setsize": total, "aria-posinset": index + 1 } as const;
  if (row === undefined) return <div {...option} className="row" style={place} aria-selected={open} />;
  const preview = written !== undefined ? writtenPreview(written) : draft !== "" && !open ? draftPreview(draft) : previewOf(row);
  const unread = row.shown_unread > 0;
  const classes = ["row", open && "row-open", active && "row-active", unread && "row-unread"];
  return (
    <div
      {...option}
      className={classes.filter(Boolean).join(" ")}
      style={place}
      aria-selected={open}
      aria-label={spoken(row, preview, now)}
      onClick={() => {
        onOpen(id);
      }}
    >
      <Avatar
        name={row.name}
        seed={row.contact_id ?? row.id}
        picture={picture}
        badge={<ChannelBadge provider={row.provider} />}
      />
      <span className="row-main">
        <span className="row-name" dir="auto">
          {oneLine(row.name)}
        </span>
        <PreviewLine preview={preview} />
      </span>
      <span className="row-side">
        {row.last_message_at !== null && (
          <time dateTime={row.last_message_at} title={fullTime(row.last_message_at)}>
            {listTime(row.last_message_at, now)}
          </time>
        )}
        <span className="row-marks">
          <ChannelChip channelId={row.channel_id} short />
          {isMuted(row, now) && <Icon name="muted" size={14} />}
          {row.pinned && <Icon name="pin" size={14} />}
          {unread && <span className="badge">{row.shown_unread > 999 ? "999+" : row.shown_unread}</span>}
        </span>
      </span>
    </div>
  );
});
