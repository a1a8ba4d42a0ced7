/** What a provider does not allow, said before anybody tries. The server and upstream have the last word. */
import { entryKeyOf } from "../../sync/outgoing";
import type { LocalConversation, LocalMessage } from "../../sync/rows";
import { composerWords } from "../composer/words";
import { actWords } from "./actWords";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Windows {
  readonly edit: number;
  readonly remove: number;
}

/** How long after it was sent a message may be changed. */
const WINDOWS: ReadonlyMap<string, Windows> = new Map([
  ["whatsapp", { edit: 15 * MINUTE_MS, remove: 60 * HOUR_MS }],
  ["linkedin", { edit: 60 * MINUTE_MS, remove: 60 * MINUTE_MS }],
  ["telegram", { edit: 48 * HOUR_MS, remove: 48 * HOUR_MS }],
]);
const REACTING = new Set(["whatsapp", "linkedin", "instagram", "messenger", "telegram", "slack"]);
const FORWARDING = new Set(["whatsapp"]);

export type Act = "reply" | "react" | "edit" | "remove" | "forward";

/** Null: it can be done. A sentence: it cannot, and why. Undefined: it makes no sense for this message. */
export type Barrier = string | null | undefined;

export function barrier(act: Act, conversation: LocalConversation, message: LocalMessage, now: number): Barrier {
  if (message.deleted_at !== null || message.kind === "event" || entryKeyOf(message) !== null) return undefined;
  const own = message.direction === "outbound";
  const provider = conversation.provider;
  const known = message.external_message_id !== null;
  const age = now - Date.parse(message.sent_at);
  const window = WINDOWS.get(provider);
  switch (act) {
    case "reply":
      if (!known) return undefined;
      if (conversation.read_only) return composerWords.readOnly;
      return conversation.disabled_features.includes("reply") ? actWords.noReply : null;
    case "react":
      if (!REACTING.has(provider)) return undefined;
      return conversation.disabled_features.includes("reactions") ? actWords.noReactions : null;
    case "edit":
      if (!own || message.kind !== "text" || message.forwarded || window === undefined) return undefined;
      return known && age > window.edit ? actWords.tooLateToEdit : null;
    case "remove":
      if (!own || window === undefined) return undefined;
      return known && age > window.remove ? actWords.tooLateToDelete : null;
    case "forward":
      return FORWARDING.has(provider) && known ? null : undefined;
  }
}
