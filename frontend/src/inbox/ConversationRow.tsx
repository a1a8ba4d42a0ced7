import { memo } from "react";

import type { Id, Mention } from "../api/types";
import { ChannelBadge, providerName } from "../channels/ChannelBadge";
import { ChannelChip } from "../channels/ChannelChip";
import { oneLine } from "../lib/text";
import { fullTime, listTime } from "../lib/time";
import { STATUS_WORD, words } from "../lib/words";
import { useConversationPicture, useRow } from "../sync/client";
import { useConversationAsWanted, useDraftText, useLastWritten } from "../sync/outgoing";
import type { LocalConversation } from "../sync/rows";
import { Avatar } from "../ui/Avatar";
import { Icon } from "../ui/icons";
import { draftPreview, previewOf, writtenPreview, type Preview } from "./preview";
import { hereOnlyNote, isMuted, isUnread } from "./rowMenu/rowActs";
import { STATUS_ICON } from "./sending/status";
import { useMentioned } from "./useMentioned";

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

function spoken(row: LocalConversation, preview: Preview, now: Date): string {
  return [
    oneLine(row.name),
    providerName(row.provider),
    row.shown_unread > 0 ? words.list.unreadCount(row.shown_unread) : row.marked_unread ? words.unread : null,
    row.pinned ? words.list.pinned : null,
    isMuted(row, now.getTime()) ? words.list.muted : null,
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

function optionOf({ id, index, total, height }: ConversationRowProps) {
  const style = { height, transform: `translateY(${index * height}px)` };
  return { id: rowElementId(id), role: "option", "aria-setsize": total, "aria-posinset": index + 1, style } as const;
}

type KnownRowProps = ConversationRowProps & { readonly row: LocalConversation };

/** Its preview names people: it is drawn again when one of them gets another name. */
function NamingRow({ mentions, ...props }: KnownRowProps & { readonly mentions: readonly Mention[] }) {
  return <KnownRow {...props} preview={previewOf(props.row, useMentioned(mentions))} />;
}

function KnownRow({ row, preview, ...props }: KnownRowProps & { readonly preview: Preview }) {
  const { id, active, open, now, onOpen } = props;
  const picture = useConversationPicture(row);
  const unread = isUnread(row);
  const classes = ["row", open && "row-open", active && "row-active", unread && "row-unread"];
  return (
    <div
      {...optionOf(props)}
      className={classes.filter(Boolean).join(" ")}
      data-conversation={id}
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
          {isMuted(row, now.getTime()) && (
            <span title={hereOnlyNote(row, "muted") ?? undefined}>
              <Icon name="muted" size={14} />
            </span>
          )}
          {row.pinned && (
            <span title={hereOnlyNote(row, "pinned") ?? undefined}>
              <Icon name="pin" size={14} />
            </span>
          )}
          {row.shown_unread > 0 && <span className="badge">{row.shown_unread > 999 ? "999+" : row.shown_unread}</span>}
          {row.shown_unread === 0 && row.marked_unread && <span className="badge badge-dot" />}
        </span>
      </span>
    </div>
  );
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { id, open } = props;
  const row = useConversationAsWanted(useRow(id));
  const written = useLastWritten(row, id);
  const draft = useDraftText(id);
  if (row === undefined) return <div {...optionOf(props)} className="row" aria-selected={open} />;
  if (written !== undefined) return <KnownRow {...props} row={row} preview={writtenPreview(written)} />;
  if (draft !== "" && !open) return <KnownRow {...props} row={row} preview={draftPreview(draft)} />;
  const mentions = row.last_message?.mentions ?? [];
  if (mentions.length > 0) return <NamingRow {...props} row={row} mentions={mentions} />;
  return <KnownRow {...props} row={row} preview={previewOf(row)} />;
});
