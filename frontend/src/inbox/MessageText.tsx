import { useMemo, type ReactNode } from "react";

import type { Mention } from "../api/types";
import type { LocalMessage } from "../sync/rows";
import { FormattedText } from "../ui/FormattedText";
import { EVENT_WORD } from "./eventWords";
import { namedLine, namesByToken } from "./mentions";
import { useMentioned } from "./useMentioned";

const NOBODY: ReadonlyMap<string, string> = new Map();
const EVENT_CHARACTERS = 300;

function useNames(mentions: readonly Mention[]): ReadonlyMap<string, string> {
  const known = useMentioned(mentions);
  return useMemo(() => namesByToken(mentions, known), [mentions, known]);
}

interface MessageTextProps {
  readonly message: LocalMessage;
  /** Stands at the end of the last line. */
  readonly after: ReactNode;
}

function NamedText({ message, after }: MessageTextProps) {
  return <FormattedText text={message.text} names={useNames(message.mentions)} after={after} />;
}

/** A message's words, with the present names of those it mentions. */
export function MessageText({ message, after }: MessageTextProps) {
  if (message.mentions.length > 0) return <NamedText message={message} after={after} />;
  return <FormattedText text={message.text} after={after} />;
}

/** An event in one sentence. */
export function eventLine(message: LocalMessage, names: ReadonlyMap<string, string>): string {
  return namedLine(message.text, names, EVENT_CHARACTERS) || EVENT_WORD[message.event ?? "other"];
}

function NamedEventText({ message }: { readonly message: LocalMessage }) {
  return <span dir="auto">{eventLine(message, useNames(message.mentions))}</span>;
}

/** What an event line says. */
export function EventText({ message }: { readonly message: LocalMessage }) {
  if (message.mentions.length > 0) return <NamedEventText message={message} />;
  return <span dir="auto">{eventLine(message, NOBODY)}</span>;
}
