/** What a component gets of the outbox. */
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

import type { Id } from "../api/types";
import { useClient } from "./client";
import type { LocalDatabase } from "./db";
import { readDraft, type ShownDraft } from "./outbox/drafts";
import { isSend, type OutboxEntry, type SendEntry, type Wish } from "./outbox/entries";
import type { LocalConversation } from "./rows";
import { following } from "./watchedRows";

export type {
  ConversationChange,
  OutboxEntry,
  OutgoingFile,
  SendEntry,
  SendWish,
  Whereabouts,
  Wish,
} from "./outbox/entries";
export { isSend } from "./outbox/entries";
export { NO_DRAFT, type DraftContent, type ShownDraft } from "./outbox/drafts";
export { entryKeyOf, outgoingFileId, withEntries } from "./outbox/merge";
export { conversationWanted, useConversationAsWanted, withWishes } from "./wanted";

/** Tells what stands in a conversation's composer, now and whenever that changes, until the returned function is called. */
export function draftFollow(db: LocalDatabase, conversationId: Id, next: (draft: ShownDraft) => void): () => void {
  return following(() => readDraft(db, conversationId), next);
}

/** What waits for one conversation. */
export function useEntries(conversationId: Id): readonly OutboxEntry[] {
  const { view } = useClient().outbox;
  return useSyncExternalStore(view.subscribe, () => view.of(conversationId));
}

export function useEntry(clientId: string | null): OutboxEntry | undefined {
  const { view } = useClient().outbox;
  return useSyncExternalStore(view.subscribe, () => (clientId === null ? undefined : view.get(clientId)));
}

/** How much is still to leave this device. */
export function useWaitingCount(): number {
  const { view } = useClient().outbox;
  return useSyncExternalStore(view.subscribe, () => view.all().filter(({ state }) => state === "waiting").length);
}

type RefusedWish = Extract<Wish, { readonly kind: "conversation" | "forward" }>;

/** The first wish that was refused and of which no bubble can tell. */
export function useRefused(): OutboxEntry<RefusedWish> | undefined {
  const { view } = useClient().outbox;
  return useSyncExternalStore(view.subscribe, () =>
    view.all().find((entry): entry is OutboxEntry<RefusedWish> => {
      const { kind } = entry.wish;
      return entry.state === "failed" && (kind === "conversation" || kind === "forward");
    }),
  );
}

/** What was written last in a conversation, while its row in the list does not show it yet. */
export function useLastWritten(row: LocalConversation | undefined, id: Id): SendEntry | undefined {
  const last = useEntries(id).filter(isSend).at(-1);
  if (last === undefined || row === undefined || last.state !== "sent") return last;
  const shown = row.last_message_at !== null && Date.parse(row.last_message_at) >= last.created_at;
  return shown || row.last_message?.text === last.wish.text ? undefined : last;
}

export function useDraftText(conversationId: Id): string {
  const { drafts } = useClient().outbox;
  return useSyncExternalStore(drafts.subscribe, () => drafts.textOf(conversationId));
}

/** From 0 to 1 while a file is on its way, be it from another tab. */
export function useUploadShare(fileId: string): number | null {
  const { progress } = useClient().outbox;
  return useSyncExternalStore(
    progress.subscribe,
    useCallback(() => progress.of(fileId), [progress, fileId]),
  );
}

/**
 * An address under which the page can draw the bytes of a file that is to be sent, for as long as it is drawn. They are in
 * the outbox, or `held` by the page alone.
 */
export function useFileAddress(fileId: string, held: Blob | null = null): string | null {
  const { outbox } = useClient();
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    void (held === null ? outbox.bytesOf(fileId) : Promise.resolve(held)).then((blob) => {
      if (blob === null || gone) return;
      made = URL.createObjectURL(blob);
      setAddress(made);
    });
    return () => {
      gone = true;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [outbox, fileId, held]);
  return address;
}
