/** A message as people here want it, before upstream has shown that it is so. */
import type { Change, Reaction } from "../api/types";
import type { LocalMessage } from "./rows";

export type WantedChange = Pick<Change, "id" | "kind" | "state" | "emoji" | "text" | "author_id" | "created_at">;

const isFailed = ({ state }: WantedChange): boolean => state === "failed";

function reacted(reactions: readonly Reaction[], change: WantedChange): readonly Reaction[] {
  const others = reactions.filter(({ is_own }) => !is_own);
  const emoji = change.emoji ?? "";
  if (emoji === "") return others;
  return [...others, { id: `change-${change.id}`, emoji, sender_id: null, sender_name: null, is_own: true }];
}

function applied(message: LocalMessage, change: WantedChange): LocalMessage {
  switch (change.kind) {
    case "edit":
      return { ...message, text: change.text ?? message.text, edited_at: change.created_at };
    case "delete":
      return { ...message, deleted_at: change.created_at };
    case "react":
      return { ...message, reactions: reacted(message.reactions, change) };
    case "forward":
      return message;
  }
}

/** What failed changes nothing; what is told later counts more. */
export function asWanted(message: LocalMessage, more: readonly WantedChange[] = []): LocalMessage {
  const changes = [...message.changes, ...more].filter((change) => !isFailed(change));
  return changes.length === 0 ? message : changes.reduce(applied, message);
}
