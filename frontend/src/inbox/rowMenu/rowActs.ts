/** What can be done with a conversation from its place in the list. */
import type { ConversationChange } from "../../sync/outgoing";
import type { LocalConversation } from "../../sync/rows";
import type { MenuItem } from "../../ui/Menu";
import { rowWords } from "./rowWords";

type HereOnly = LocalConversation["here_only"][number];

const HOUR_MS = 3_600_000;
/** Later than any time a person sets: for ever. */
export const FOR_EVER = "9999-12-31T00:00:00.000Z";

export const isUnread = (row: LocalConversation): boolean => row.shown_unread > 0 || row.marked_unread;

export function isMuted(row: Pick<LocalConversation, "muted_until">, now: number): boolean {
  return row.muted_until !== null && Date.parse(row.muted_until) > now;
}

export interface RowActs {
  readonly change: (row: LocalConversation, change: ConversationChange) => void;
  readonly markRead: (row: LocalConversation) => void;
}

export const unreadWord = (row: LocalConversation): string => (isUnread(row) ? rowWords.markRead : rowWords.markUnread);

export const archiveWord = (row: LocalConversation): string => (row.archived ? rowWords.unarchive : rowWords.archive);

export function toggleUnread(row: LocalConversation, acts: RowActs): void {
  if (isUnread(row)) acts.markRead(row);
  else acts.change(row, { marked_unread: true });
}

export function toggleArchived(row: LocalConversation, acts: RowActs): void {
  acts.change(row, { archived: !row.archived });
}

export function toggleMuted(row: LocalConversation, acts: RowActs, now: number): void {
  acts.change(row, { muted_until: isMuted(row, now) ? null : FOR_EVER });
}

/** That upstream does not know it, where it does not. */
export function hereOnlyNote(row: Pick<LocalConversation, "here_only">, state: HereOnly): string | null {
  return row.here_only.includes(state) ? rowWords.hereOnly : null;
}

export function rowItems(row: LocalConversation, acts: RowActs, now: number): readonly MenuItem[] {
  const until = (hours: number): string => new Date(now + hours * HOUR_MS).toISOString();
  const mute = (key: string, label: string, muted_until: string): MenuItem => ({
    key,
    icon: "muted",
    label,
    run: () => {
      acts.change(row, { muted_until });
    },
  });
  const unread = isUnread(row);
  return [
    {
      key: "unread",
      icon: unread ? "read" : "unread",
      label: unreadWord(row),
      run: () => {
        toggleUnread(row, acts);
      },
    },
    {
      key: "pin",
      icon: row.pinned ? "unpin" : "pin",
      label: row.pinned ? rowWords.unpin : rowWords.pin,
      note: hereOnlyNote(row, "pinned"),
      run: () => {
        acts.change(row, { pinned: !row.pinned });
      },
    },
    ...(isMuted(row, now)
      ? [
          {
            key: "unmute",
            icon: "unmuted" as const,
            label: rowWords.unmute,
            note: hereOnlyNote(row, "muted"),
            run: () => {
              acts.change(row, { muted_until: null });
            },
          },
        ]
      : [
          mute("mute-8", rowWords.muteHours, until(8)),
          mute("mute-week", rowWords.muteWeek, until(7 * 24)),
          mute("mute", rowWords.mute, FOR_EVER),
        ]),
    {
      key: "archive",
      icon: "archive",
      label: archiveWord(row),
      note: hereOnlyNote(row, "archived"),
      run: () => {
        toggleArchived(row, acts);
      },
    },
  ];
}
