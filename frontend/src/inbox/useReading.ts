import { useEffect, useRef, useState } from "react";

import { useClient } from "../sync/client";
import { conversationMarkRead } from "../sync/mutations";
import { firstUnread } from "../sync/queries";
import type { LocalConversation } from "../sync/rows";

/** Arrivals within this time are marked with one report. */
const JOIN_MS = 300;

const isAttentive = (): boolean => document.visibilityState === "visible" && document.hasFocus();

export function useAttention(): boolean {
  const [attentive, setAttentive] = useState(isAttentive);
  useEffect(() => {
    const look = (): void => {
      setAttentive(isAttentive());
    };
    window.addEventListener("focus", look);
    window.addEventListener("blur", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.removeEventListener("focus", look);
      window.removeEventListener("blur", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return attentive;
}

/**
 * Opening a conversation marks it read; what arrives later is read when it comes into a view that someone looks at.
 * What arrives unseen gets the "New" line (`onUnseen`).
 */
export function useReading(
  conversation: LocalConversation,
  placed: boolean,
  atBottom: boolean,
  onUnseen: (firstNew: string | null) => void,
): void {
  const client = useClient();
  const attentive = useAttention();
  const opened = useRef(false);
  const { id, shown_unread } = conversation;
  const newestId = conversation.last_message?.id ?? null;
  useEffect(() => {
    if (!placed) return;
    if (opened.current && shown_unread > 0 && !(attentive && atBottom)) {
      void firstUnread(client.db, id, shown_unread).then(onUnseen);
      return;
    }
    if (!attentive) return;
    if (shown_unread === 0 || newestId === null) {
      opened.current = true;
      return;
    }
    const timer = setTimeout(
      () => {
        opened.current = true;
        void conversationMarkRead(client, id, newestId);
      },
      opened.current ? JOIN_MS : 0,
    );
    return () => {
      clearTimeout(timer);
    };
  }, [client, id, placed, attentive, atBottom, shown_unread, newestId, onUnseen]);
}
