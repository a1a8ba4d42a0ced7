import { useCallback, useEffect, useEffectEvent, useState, type RefObject } from "react";

import type { Id } from "../../api/types";
import type { LocalMessage } from "../../sync/rows";
import { longPress } from "../longPress";
import { swipe } from "../swipe";
import { useThreadActions } from "../threadActions";
import type { Act } from "./barriers";
import { MessageBar } from "./MessageBar";
import { MessageMenu } from "./MessageMenu";
import { messageTools } from "./messageTools";
import { actWords } from "./actWords";

const ACT_KEYS: ReadonlyMap<string, Act> = new Map([
  ["+", "react"],
  ["r", "reply"],
]);

/** In a sound's line a finger that goes sideways seeks. */
const OWN_STROKES = "input";

interface MessageToolsProps {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly messages: readonly LocalMessage[];
  readonly singleKeys: boolean;
}

interface Place {
  readonly id: Id;
  readonly row: HTMLElement;
}

interface Opened {
  /** Where a press asked for the menu; null: below the bubble. */
  readonly at: { readonly x: number; readonly y: number } | null;
}

function rowOf(target: EventTarget | null): Place | null {
  const row = target instanceof Element ? target.closest<HTMLElement>("[data-anchor]") : null;
  const id = row?.dataset["anchor"];
  return row === null || id === undefined ? null : { id, row };
}

function bubblesIn(scroller: HTMLElement): readonly HTMLElement[] {
  return [...scroller.querySelectorAll<HTMLElement>("article")];
}

/** Moves the selection, which is the focus, one bubble up or down; false at the ends, where the view scrolls on. */
function bubbleSelect(scroller: HTMLElement, way: 1 | -1): boolean {
  const bubbles = bubblesIn(scroller);
  const at = bubbles.findIndex((bubble) => bubble === document.activeElement);
  const edge = scroller.getBoundingClientRect().bottom;
  const next =
    at >= 0 ? bubbles[at + way] : bubbles.findLast((bubble) => bubble.getBoundingClientRect().top < edge);
  if (next === undefined) return false;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

/**
 * What can be done with the messages of a thread: a bar beside the bubble under a mouse, a menu by a long press or by a
 * key. It listens to the log as a whole, so that a bubble costs nothing for it.
 */
export function MessageTools({ scroller, messages, singleKeys }: MessageToolsProps) {
  const actions = useThreadActions();
  const [hovered, setHovered] = useState<Place | null>(null);
  const [menu, setMenu] = useState<(Place & Pick<Opened, "at">) | null>(null);
  const messageAt = (place: Place | null): LocalMessage | undefined =>
    place?.row.isConnected === true ? messages.find(({ id }) => id === place.id) : undefined;

  const openMenu = (place: Place | null, at: Opened["at"]): boolean => {
    const message = messageAt(place);
    if (place === null || message === undefined || messageTools(message, actions).length === 0) return false;
    setMenu({ ...place, at });
    return true;
  };
  const open = useEffectEvent(openMenu);

  /** An act by its key, on the chosen bubble, or by a finger. */
  const begin = (act: Act, place: Place | null): boolean => {
    const message = messageAt(place);
    if (message === undefined || actions.barrier(act, message) !== null) return false;
    actions.act(act, message);
    return true;
  };
  const beginNow = useEffectEvent(begin);
  const mayBegin = useEffectEvent((act: Act, place: Place | null): boolean => {
    const message = messageAt(place);
    return message !== undefined && actions.barrier(act, message) === null;
  });

  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    const log = scroller.current;
    const { target } = event;
    if (log === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const selected = target instanceof HTMLElement && target.matches("article") ? target : null;
    if (selected === null && target !== log) return;
    let done = false;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") done = bubbleSelect(log, event.key === "ArrowUp" ? -1 : 1);
    else if (selected !== null && event.key === "Escape") {
      log.focus({ preventScroll: true });
      done = true;
    } else if (selected !== null) {
      const act = singleKeys ? ACT_KEYS.get(event.key.toLowerCase()) : undefined;
      if (act !== undefined) done = begin(act, rowOf(selected));
      else if (event.key === "Enter" || event.key.toLowerCase() === "m") done = openMenu(rowOf(selected), null);
    }
    if (done) event.preventDefault();
  });

  useEffect(() => {
    const log = scroller.current;
    if (log === null) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    log.addEventListener("keydown", onKeyDown, { signal });
    log.addEventListener(
      "pointerover",
      (event) => {
        if (event.pointerType === "mouse") setHovered((before) => (rowOf(event.target)?.id === before?.id ? before : rowOf(event.target)));
      },
      { signal },
    );
    log.addEventListener("pointerleave", () => setHovered(null), { signal });
    log.addEventListener(
      "contextmenu",
      (event) => {
        // The menu of a link, a picture or a marked text is the browser's own.
        const isMarked = getSelection()?.isCollapsed === false;
        if (event.button !== 2 || isMarked || !(event.target instanceof Element) || event.target.closest("a, img, video, input") !== null) return;
        if (open(rowOf(event.target), { x: event.clientX, y: event.clientY })) event.preventDefault();
      },
      { signal },
    );
    longPress(log, signal, (event) => open(rowOf(event.target), null));
    swipe(log, signal, {
      rowOf: (target) => (target instanceof Element && target.closest(OWN_STROKES) === null ? (rowOf(target)?.row ?? null) : null),
      label: (row, way) => (way === "right" && mayBegin("reply", rowOf(row)) ? actWords.reply : null),
      onSwipe: (row) => {
        beginNow("reply", rowOf(row));
      },
    });
    return () => {
      leaving.abort();
    };
  }, [scroller]);

  const close = useCallback(() => {
    setMenu(null);
  }, []);
  const hoveredMessage = messageAt(hovered);
  const menuMessage = messageAt(menu);
  const bubble = menu?.row.querySelector<HTMLElement>("article") ?? null;
  return (
    <>
      {hovered !== null && hoveredMessage !== undefined && (
        <MessageBar
          key={hovered.id}
          message={hoveredMessage}
          row={hovered.row}
          onMore={() => {
            openMenu(hovered, null);
          }}
        />
      )}
      {menuMessage !== undefined && bubble !== null && <MessageMenu message={menuMessage} bubble={bubble} at={menu?.at ?? null} onClose={close} />}
    </>
  );
}
