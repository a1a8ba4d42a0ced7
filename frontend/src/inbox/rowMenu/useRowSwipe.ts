import { useEffect, useEffectEvent, type RefObject } from "react";

import { useClient } from "../../sync/client";
import { conversationWanted } from "../../sync/outgoing";
import type { LocalConversation } from "../../sync/rows";
import { swipe, type Way } from "../swipe";
import { archiveWord, toggleArchived, toggleUnread, unreadWord, type RowActs } from "./rowActs";

/** Left archives a conversation, right marks it as read, and the other way where it is so already; the menu has both. */
export function useRowSwipe(scroller: RefObject<HTMLElement | null>, acts: RowActs): void {
  const client = useClient();
  const conversationOf = (row: HTMLElement): LocalConversation | undefined =>
    conversationWanted(client, row.dataset["conversation"] ?? "");

  const label = useEffectEvent((row: HTMLElement, way: Way): string | null => {
    const conversation = conversationOf(row);
    if (conversation === undefined) return null;
    return way === "left" ? archiveWord(conversation) : unreadWord(conversation);
  });
  const onSwipe = useEffectEvent((row: HTMLElement, way: Way): void => {
    const conversation = conversationOf(row);
    if (conversation === undefined) return;
    if (way === "left") toggleArchived(conversation, acts);
    else toggleUnread(conversation, acts);
  });

  useEffect(() => {
    const list = scroller.current;
    if (list === null) return;
    const leaving = new AbortController();
    swipe(list, leaving.signal, {
      rowOf: (target) => (target instanceof Element ? target.closest<HTMLElement>("[data-conversation]") : null),
      label: (row, way) => label(row, way),
      onSwipe: (row, way) => {
        onSwipe(row, way);
      },
    });
    return () => {
      leaving.abort();
    };
  }, [scroller]);
}
