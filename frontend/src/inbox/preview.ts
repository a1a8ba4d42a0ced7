import type { Attendee, Conversation, LastMessage } from "../api/types";
import { markup, plainWords } from "../lib/markup";
import { oneLine } from "../lib/text";
import { KIND_WORD, words } from "../lib/words";
import type { IconName } from "../ui/icons";
import { EVENT_WORD } from "./eventWords";
import { namesByToken } from "./mentions";

export interface Preview {
  /** Who wrote, where it is not plain from the conversation itself. */
  readonly who: string | null;
  readonly icon: IconName | null;
  readonly text: string;
  readonly failed: boolean;
}

const PREVIEW_CHARACTERS = 160;

function writer(conversation: Conversation, message: LastMessage): string | null {
  if (message.kind === "event") return null;
  if (message.direction === "outbound") return words.you;
  if (conversation.kind !== "group" || message.direction === "unknown") return null;
  return message.sender_name === null ? null : oneLine(message.sender_name, 40);
}

function withoutMarks({ text, mentions }: LastMessage, known: readonly Attendee[]): string {
  const names = namesByToken(mentions, known);
  const nodes = markup(text.slice(0, PREVIEW_CHARACTERS * 2), [...names.keys()]);
  return oneLine(plainWords(nodes, (token) => names.get(token) ?? token), PREVIEW_CHARACTERS);
}

/** The one line under a conversation's name, with the present names of `known` where it mentions them. */
export function previewOf(conversation: Conversation, known: readonly Attendee[] = []): Preview {
  const message = conversation.last_message;
  if (message === null) return { who: null, icon: null, text: "", failed: false };
  const words = withoutMarks(message, known) || (message.event === null ? "" : EVENT_WORD[message.event]);
  const typed = message.kind === "text" || message.kind === "event";
  return {
    who: writer(conversation, message),
    icon: typed ? null : message.kind,
    text: typed ? words : [KIND_WORD[message.kind], words].filter(Boolean).join(" · "),
    failed: message.status === "failed",
  };
}
