import { useCallback, useEffect, useEffectEvent, useState, type RefObject } from "react";

import type { Id } from "../../api/types";
import { oneLine } from "../../lib/text";
import { useClient, useRow } from "../../sync/client";
import { useConversationAsWanted } from "../../sync/outgoing";
import { Menu } from "../../ui/Menu";
import { isByFinger, longPress } from "../longPress";
import { rowItems, type RowActs } from "./rowActs";
import { rowWords } from "./rowWords";

interface Asked {
  readonly id: Id;
  readonly at: { readonly x: number; readonly y: number } | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface RowMenuProps {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly activeId: Id | null;
  readonly rowElement: (id: Id) => HTMLElement | null;
  readonly acts: RowActs;
}

/** The menu of a row of the list: by the right button, by a long press, or by the menu key on the chosen row. */
export function RowMenu({ scroller, activeId, rowElement, acts }: RowMenuProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const { rows } = useClient();

  const open = useEffectEvent((target: EventTarget | null, at: Asked["at"]): boolean => {
    const row = target instanceof Element ? target.closest<HTMLElement>("[data-conversation]") : null;
    const id = row?.dataset["conversation"] ?? (at === null ? activeId : null);
    if (id === null || rows.get(id) === undefined) return false;
    setAsked({ id, at, now: Date.now() });
    return true;
  });

  useEffect(() => {
    const list = scroller.current;
    if (list === null) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    list.addEventListener(
      "contextmenu",
      (event) => {
        if (isByFinger(event)) return;
        // The menu key asks without a place; a press has one.
        const at = event.button === 2 ? { x: event.clientX, y: event.clientY } : null;
        if (open(at === null ? null : event.target, at)) event.preventDefault();
      },
      { signal },
    );
    longPress(list, signal, (event) => open(event.target, { x: event.clientX, y: event.clientY }));
    return () => {
      leaving.abort();
    };
  }, [scroller]);

  const close = useCallback(() => {
    setAsked(null);
  }, []);
  const row = useConversationAsWanted(useRow(asked?.id ?? ""));
  const anchor = scroller.current;
  if (asked === null || row === undefined || anchor === null) return null;
  return (
    <Menu
      key={asked.id}
      label={rowWords.menu(oneLine(row.name, 60))}
      items={rowItems(row, acts, asked.now)}
      anchor={rowElement(asked.id) ?? anchor}
      at={asked.at}
      onClose={close}
    />
  );
}
