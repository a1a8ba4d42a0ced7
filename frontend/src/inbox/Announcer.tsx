import { useEffect, useRef, useState } from "react";

import { isolated } from "../lib/text";
import { KIND_WORD, words } from "../lib/words";
import type { LocalConversation, LocalMessage } from "../sync/rows";
import { namedLine, namesByToken } from "./mentions";

/** Arrivals within this time are spoken as one sentence. */
const JOIN_MS = 1_000;

interface AnnouncerProps {
  readonly conversation: LocalConversation;
  readonly messages: readonly LocalMessage[] | undefined;
}

function sentence(conversation: LocalConversation, arrived: readonly LocalMessage[]): string {
  const last = arrived.at(-1);
  if (last === undefined) return "";
  const name = isolated(last.sender_name ?? conversation.name);
  const text = namedLine(last.text, namesByToken(last.mentions), 200) || KIND_WORD[last.kind];
  if (arrived.length === 1) return words.thread.arrivedOne(name, isolated(text));
  const same = arrived.every((message) => message.sender_id === last.sender_id);
  return same ? words.thread.arrivedMany(arrived.length, name) : words.thread.arrivedManyGroup(arrived.length);
}

/** Speaks what arrives in the open thread, politely and in one breath; history that scrolls in stays silent. */
export function Announcer({ conversation, messages }: AnnouncerProps) {
  const [spoken, setSpoken] = useState("");
  const heard = useRef<string | null>(null);
  const waiting = useRef<LocalMessage[]>([]);
  useEffect(() => {
    const newest = messages?.at(-1)?.position;
    if (messages === undefined || newest === undefined) return;
    const since = heard.current;
    heard.current = since === null || newest > since ? newest : since;
    if (since === null) return;
    const arrived = messages.filter((message) => message.position > since && message.direction === "inbound");
    waiting.current.push(...arrived);
  }, [messages]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (waiting.current.length > 0) setSpoken(sentence(conversation, waiting.current.splice(0)));
    }, JOIN_MS);
    return () => {
      clearInterval(timer);
    };
  }, [conversation]);
  return (
    <p className="hidden" role="status" aria-live="polite">
      {spoken}
    </p>
  );
}
