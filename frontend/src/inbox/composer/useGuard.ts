import { useCallback, useRef, useState, type RefObject } from "react";

import { isolated } from "../../lib/text";
import { useClient, useLive } from "../../sync/client";
import { newestPosition, newsSince } from "../../sync/queries";
import type { LocalConversation, LocalMessage } from "../../sync/rows";
import { composerWords } from "./words";

/** Before every position. */
const FIRST = "";
const AFTER_ALL = "\uffff";

export interface Guard {
  /** Why a send is held back; null while none is. */
  readonly warning: string | null;
  /** Somebody begins to write. */
  readonly begin: () => void;
  /** Whether it may be sent; the second time it may. */
  readonly pass: () => boolean;
  readonly drop: () => void;
}

function warningOf(news: { readonly inbound: LocalMessage | null; readonly ours: LocalMessage | null }, name: string): string | null {
  const { inbound, ours } = news;
  if (ours !== null) return ours.author_name === null ? composerWords.guardPhone : composerWords.guardAnswered(isolated(ours.author_name));
  return inbound === null ? null : composerWords.guardWrote(isolated(inbound.sender_name ?? name));
}

/**
 * Asks before something is sent past what its writer may not have seen: a message that arrived since the writing began
 * and has not been on the screen, or a colleague's answer of that time.
 */
export function useGuard(conversation: LocalConversation, since: string | null, seen: RefObject<string>): Guard {
  const { user } = useClient();
  const newest = useLive(newestPosition, conversation.id) ?? null;
  const [begun, setBegun] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const base = begun ?? since ?? AFTER_ALL;
  const news = useLive(newsSince, conversation.id, base, user.id);
  const agreed = useRef<string>(FIRST);

  const warning = useCallback((): string | null => {
    const { inbound = null, ours = null } = news ?? {};
    const unseen = inbound !== null && inbound.position > seen.current && inbound.position > agreed.current ? inbound : null;
    const answer = ours !== null && ours.position > agreed.current ? ours : null;
    return warningOf({ inbound: unseen, ours: answer }, conversation.name);
  }, [news, seen, conversation.name]);

  return {
    warning: asking ? warningOf(news ?? { inbound: null, ours: null }, conversation.name) : null,
    begin: useCallback(() => {
      setBegun(newest ?? new Date().toISOString());
    }, [newest]),
    pass: useCallback(() => {
      if (!asking && warning() !== null) {
        setAsking(true);
        agreed.current = newest ?? FIRST;
        return false;
      }
      return true;
    }, [asking, warning, newest]),
    drop: useCallback(() => {
      setAsking(false);
      setBegun(null);
    }, []),
  };
}
