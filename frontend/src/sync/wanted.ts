/** A message as people here want it, before upstream has shown that it is so. */
import { useMemo, useSyncExternalStore } from "react";

import type { Change, Id, Reaction } from "../api/types";
import { useClient, type Client } from "./client";
import { conversationAsWanted } from "./conversationWanted";
import type { OutboxEntry } from "./outbox/entries";
import type { LocalConversation, LocalMessage } from "./rows";

function reacted(reactions: readonly Reaction[], change: Change): readonly Reaction[] {
  const others = reactions.filter(({ is_own }) => !is_own);
  const emoji = change.emoji ?? "";
  if (emoji === "") return others;
  return [...others, { id: `change-${change.id}`, emoji, sender_id: null, sender_name: null, is_own: true }];
}

function applied(message: LocalMessage, change: Change): LocalMessage {
  switch (change.kind) {
    case "edit":
      return { ...message, text: change.text ?? message.text, edited_at: change.created_at };
    case "delete":
      return { ...message, deleted_at: change.created_at };
    case "react":
      return { ...message, reactions: reacted(message.reactions, change) };
  }
}

/** What failed changes nothing; what is told later counts more. */
export function asWanted(message: LocalMessage): LocalMessage {
  const changes = message.changes.filter(({ state }) => state !== "failed");
  return changes.length === 0 ? message : changes.reduce(applied, message);
}

/** A change that the server does not have yet, in the form in which it will tell of it; null for any other entry. */
function changeOf(entry: OutboxEntry): { readonly messageId: Id; readonly change: Change } | null {
  const { wish, client_id, state, trouble } = entry;
  if (state === "sent" || !(wish.kind === "react" || wish.kind === "edit" || wish.kind === "delete")) return null;
  const change: Change = {
    id: client_id,
    client_id,
    kind: wish.kind,
    state,
    emoji: wish.kind === "react" ? wish.emoji : null,
    text: wish.kind === "edit" ? wish.text : null,
    reason_code: state === "failed" ? (trouble?.code ?? null) : null,
    reason: state === "failed" ? (trouble?.message ?? null) : null,
    author_id: null,
    created_at: new Date(entry.created_at).toISOString(),
  };
  return { messageId: wish.message_id, change };
}

export function withWishes(messages: readonly LocalMessage[], entries: readonly OutboxEntry[]): readonly LocalMessage[] {
  const wishes = entries.map(changeOf).filter((one) => one !== null);
  const shown = messages.map((message) => {
    const held = new Set(message.changes.map(({ client_id }) => client_id));
    const news = wishes
      .filter(({ messageId, change }) => messageId === message.id && !held.has(change.client_id))
      .map(({ change }) => change);
    return asWanted(news.length === 0 ? message : { ...message, changes: [...message.changes, ...news] });
  });
  return shown.every((message, index) => message === messages[index]) ? messages : shown;
}

/** As it is now; for what shows it, `useConversationAsWanted`. */
export function conversationWanted({ rows, outbox }: Client, id: Id): LocalConversation | undefined {
  const row = rows.get(id);
  return row === undefined ? undefined : conversationAsWanted(row, outbox.view.of(id));
}

export function useConversationAsWanted(row: LocalConversation | undefined): LocalConversation | undefined {
  const { view } = useClient().outbox;
  const entries = useSyncExternalStore(view.subscribe, () => view.of(row?.id ?? ""));
  return useMemo(() => (row === undefined ? undefined : conversationAsWanted(row, entries)), [row, entries]);
}
