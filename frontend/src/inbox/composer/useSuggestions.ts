import { useCallback, useEffect, useMemo, useState } from "react";

import type { Attendee } from "../../api/types";
import { folded, oneLine } from "../../lib/text";
import { useClient, useLive } from "../../sync/client";
import { conversationPeople, membersLoad } from "../../sync/details";
import { readSkinTone } from "../../sync/device";
import type { LocalConversation } from "../../sync/rows";

const MOST = 6;
/** As far back as anything begun may reach. */
const LONGEST = 50;
/** An @ at the start of a word, and what is typed after it up to the cursor. */
const NAMING = /(?:^|\s)(@([^\s@]{0,40}))$/u;
/** Likewise a colon, with some of an emoji's code, and the colon that ends it. One letter alone may become a face. */
const SPELLING = /(?:^|\s)(:([\w+-]{2,40})(:?))$/u;

/** Something that what is being typed could mean. */
export interface Suggestion {
  readonly key: string;
  readonly name: string;
  readonly insert: string;
  /** The person, or the sign, drawn beside the name. */
  readonly shown: Attendee | string;
}

export interface Written {
  readonly text: string;
  readonly cursor: number;
}

export interface Suggestions {
  /** Empty while nothing is being named. */
  readonly options: readonly Suggestion[];
  readonly of: "people" | "emoji";
  readonly active: number;
  readonly move: (by: 1 | -1) => void;
  /** Looks at what was typed; answers it anew where a code was ended, and is an emoji now. */
  readonly look: (text: string, cursor: number) => Written | null;
  readonly close: () => void;
  /** The text with the suggestion in the place of what was typed, and where the cursor goes. */
  readonly take: (text: string, cursor: number, suggestion: Suggestion) => Written;
}

interface Begun {
  readonly of: Suggestions["of"];
  readonly word: string;
}

type Finding = typeof import("./emojiFinding");

const before = (text: string, cursor: number): string => text.slice(Math.max(0, cursor - LONGEST), cursor);

function replaced(text: string, cursor: number, length: number, insert: string): Written {
  const start = cursor - length;
  return { text: text.slice(0, start) + insert + text.slice(cursor), cursor: start + insert.length };
}

/** Naming somebody of a group, or an emoji by its code, while writing. */
export function useSuggestions(conversation: LocalConversation): Suggestions {
  const client = useClient();
  const group = conversation.kind === "group";
  const [begun, setBegun] = useState<Begun | null>(null);
  const [active, setActive] = useState(0);
  const [finding, setFinding] = useState<Finding | null>(null);
  const everybody = useLive(conversationPeople, conversation.id);
  const naming = begun?.of === "people";
  const spelling = begun?.of === "emoji";
  useEffect(() => {
    if (naming) membersLoad(client, conversation.id).catch(() => undefined);
  }, [naming, client, conversation.id]);
  useEffect(() => {
    // Where it cannot be had, what is typed stays as it is.
    if (spelling) import("./emojiFinding").then(setFinding, () => undefined);
  }, [spelling]);

  const options = useMemo((): readonly Suggestion[] => {
    if (begun === null) return [];
    if (begun.of === "emoji") {
      const found = finding?.emojiByCode(begun.word, MOST) ?? [];
      const tone = readSkinTone();
      return found.map(({ code, one }) => {
        const sign = finding?.toned(one, tone) ?? one.sign;
        return { key: code, name: `:${code}:`, insert: sign, shown: sign };
      });
    }
    const wanted = folded(begun.word);
    const named = (everybody ?? []).filter(({ name, is_self }) => name !== "" && !is_self);
    const found = named.filter(({ name }) => folded(name).split(/\s+/).some((part) => part.startsWith(wanted)));
    return found.slice(0, MOST).map((person) => {
      const name = oneLine(person.name, 60);
      return { key: person.id, name, insert: `@${name} `, shown: person };
    });
  }, [begun, finding, everybody]);

  return {
    options,
    of: begun?.of ?? "people",
    active: Math.min(active, Math.max(0, options.length - 1)),
    move: useCallback(
      (by) => {
        setActive((at) => (at + by + options.length) % Math.max(1, options.length));
      },
      [options.length],
    ),
    look: useCallback(
      (text, cursor) => {
        const line = before(text, cursor);
        const name = group ? NAMING.exec(line)?.[2] : undefined;
        const [, typed = "", code, end] = SPELLING.exec(line) ?? [];
        setActive(0);
        const one = code !== undefined && end === ":" ? finding?.emojiOfCode(code) : null;
        if (finding != null && one != null) {
          setBegun(null);
          return replaced(text, cursor, typed.length, finding.toned(one, readSkinTone()));
        }
        if (name !== undefined) setBegun({ of: "people", word: name });
        else setBegun(code === undefined ? null : { of: "emoji", word: code });
        return null;
      },
      [group, finding],
    ),
    close: useCallback(() => {
      setBegun(null);
    }, []),
    take: useCallback(
      (text, cursor, { insert }) => {
        const line = before(text, cursor);
        const typed = (spelling ? SPELLING : NAMING).exec(line)?.[1] ?? "";
        return replaced(text, cursor, typed.length, insert);
      },
      [spelling],
    ),
  };
}
