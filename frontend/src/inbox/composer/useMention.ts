import { useCallback, useEffect, useMemo, useState } from "react";

import type { Attendee } from "../../api/types";
import { folded, oneLine } from "../../lib/text";
import { useClient, useLive } from "../../sync/client";
import { conversationPeople, membersLoad } from "../../sync/details";
import type { LocalConversation } from "../../sync/rows";

const MOST = 6;
/** An @ at the start of a word, and what is typed after it up to the cursor. */
const BEGUN = /(?:^|\s)@([^\s@]{0,40})$/u;

export interface Mention {
  /** Who could be meant; empty while nobody is being named. */
  readonly people: readonly Attendee[];
  readonly active: number;
  readonly move: (by: 1 | -1) => void;
  readonly look: (text: string, cursor: number) => void;
  readonly close: () => void;
  /** The text with the name in the place of what was typed, and where the cursor goes. */
  readonly take: (text: string, cursor: number, person: Attendee) => { readonly text: string; readonly cursor: number };
}

/** Naming somebody of a group while writing. */
export function useMention(conversation: LocalConversation): Mention {
  const client = useClient();
  const group = conversation.kind === "group";
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const everybody = useLive(conversationPeople, conversation.id);
  const naming = group && typed !== null;
  useEffect(() => {
    if (naming) membersLoad(client, conversation.id).catch(() => undefined);
  }, [naming, client, conversation.id]);
  const people = useMemo(() => {
    if (!naming) return [];
    const wanted = folded(typed);
    const named = (everybody ?? []).filter(({ name, is_self }) => name !== "" && !is_self);
    return named.filter(({ name }) => folded(name).split(/\s+/).some((part) => part.startsWith(wanted))).slice(0, MOST);
  }, [naming, typed, everybody]);

  return {
    people,
    active: Math.min(active, Math.max(0, people.length - 1)),
    move: useCallback(
      (by) => {
        setActive((at) => (at + by + people.length) % Math.max(1, people.length));
      },
      [people.length],
    ),
    look: useCallback(
      (text, cursor) => {
        if (!group) return;
        setTyped(BEGUN.exec(text.slice(Math.max(0, cursor - 50), cursor))?.[1] ?? null);
        setActive(0);
      },
      [group],
    ),
    close: useCallback(() => {
      setTyped(null);
    }, []),
    take: useCallback((text, cursor, person) => {
      const start = text.lastIndexOf("@", cursor - 1);
      const name = `@${oneLine(person.name, 60)} `;
      return { text: text.slice(0, start) + name + text.slice(cursor), cursor: start + name.length };
    }, []),
  };
}
