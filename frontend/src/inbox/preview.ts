import type { Attendee, Conversation, LastMessage, MessageStatus } from "../api/types";
import { markup, plainWords } from "../lib/markup";
import { oneLine } from "../lib/text";
import { KIND_WORD, words } from "../lib/words";
import type { SendEntry } from "../sync/outgoing";
import type { IconName } from "../ui/icons";
import { EVENT_WORD } from "./eventWords";
import { namesByToken } from "./mentions";

export interface Preview {
  /** Who wrote, where it is not plain from the conversation itself. */
  readonly who: string | null;
  readonly icon: IconName | null;
  readonly text: string;
  readonly failed: boolean;
  /** The text is a draft. */
  readonly draft: boolean;
  /** How far our own last message has come. */
  readonly status: MessageStatus | null;
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

const NOTHING: Preview = { who: null, icon: null, text: "", failed: false, draft: false, status: null };

/** What is begun here is more to the point than what was last said. */
export function draftPreview(text: string): Preview {
  return { ...NOTHING, text: oneLine(text, PREVIEW_CHARACTERS), draft: true };
}

/** What waits in this browser to be sent. */
export function writtenPreview({ wish, state }: SendEntry): Preview {
  const kind = wish.files[0]?.kind;
  const text = oneLine(wish.text, PREVIEW_CHARACTERS);
  return {
    ...NOTHING,
    who: words.you,
    icon: kind ?? null,
    text: [kind === undefined ? "" : KIND_WORD[kind], text].filter(Boolean).join(" · "),
    failed: state === "failed",
    status: state === "failed" ? "failed" : "pending",
  };
}

/** The one line under a conversation's name, with the present names of `known` where it mentions them. */
export function previewOf(conversation: Conversation, known: readonly Attendee[] = []): Preview {
  const message = conversation.last_message;
  if (message === null) return NOTHING;
  const named = { ...NOTHING, who: writer(conversation, message) };
  if (message.deleted_at !== null) return { ...named, icon: "deleted", text: words.message.deleted };
  const said = withoutMarks(message, known) || (message.event === null ? "" : EVENT_WORD[message.event]);
  const typed = message.kind === "text" || message.kind === "event";
  return {
    ...named,
    icon: typed ? null : message.kind,
    text: typed ? said : [KIND_WORD[message.kind], said].filter(Boolean).join(" · "),
    failed: message.status === "failed",
    status: message.direction === "outbound" ? message.status : null,
  };
}
