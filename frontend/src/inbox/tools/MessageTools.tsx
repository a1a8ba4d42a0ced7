import { useCallback, useEffect, useEffectEvent, useState, type RefObject } from "react";

import type { Id } from "../../api/types";
import type { LocalMessage } from "../../sync/rows";
import { useThreadActions } from "../threadActions";
import { MessageBar } from "./MessageBar";
import { MessageMenu } from "./MessageMenu";
import { canBeAnswered, messageTools } from "./messageTools";

const LONG_PRESS_MS = 450;
const SLIP_PX = 10;

interface MessageToolsProps {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly messages: readonly LocalMessage[];
  readonly singleKeys: boolean;
}

interface Place {
  readonly id: Id;
  readonly row: HTMLElement;
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
  const [menu, setMenu] = useState<Place | null>(null);
  const messageAt = (place: Place | null): LocalMessage | undefined =>
    place?.row.isConnected === true ? messages.find(({ id }) => id === place.id) : undefined;

  const open = useEffectEvent((place: Place | null): boolean => {
    const message = messageAt(place);
    if (message === undefined || messageTools(message, actions).length === 0) return false;
    setMenu(place);
    return true;
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
    } else if (selected !== null && (event.key === "Enter" || event.key.toLowerCase() === "m")) done = open(rowOf(selected));
    else if (selected !== null && singleKeys && event.key.toLowerCase() === "r") {
      const message = messageAt(rowOf(selected));
      if (message !== undefined && canBeAnswered(message)) {
        actions.setReply(message);
        done = true;
      }
    }
    if (done) event.preventDefault();
  });

  useEffect(() => {
    const log = scroller.current;
    if (log === null) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    let press: { readonly timer: ReturnType<typeof setTimeout>; readonly x: number; readonly y: number } | null = null;
    const lift = (): void => {
      if (press !== null) clearTimeout(press.timer);
      press = null;
    };
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
      "pointerdown",
      (event) => {
        lift();
        const place = rowOf(event.target);
        if (event.pointerType === "mouse" || place === null) return;
        const timer = setTimeout(() => {
          if (open(place)) swallowClick(signal);
        }, LONG_PRESS_MS);
        press = { timer, x: event.clientX, y: event.clientY };
      },
      { signal },
    );
    log.addEventListener(
      "pointermove",
      (event) => {
        if (press !== null && Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLIP_PX) lift();
      },
      { signal },
    );
    for (const end of ["pointerup", "pointercancel", "scroll"] as const) log.addEventListener(end, lift, { signal });
    return () => {
      lift();
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
        <MessageBar key={hovered.id} message={hoveredMessage} row={hovered.row} />
      )}
      {menuMessage !== undefined && bubble !== null && <MessageMenu message={menuMessage} bubble={bubble} onClose={close} />}
    </>
  );
}

/** The finger that pressed long is still to be lifted: that is no press of what lies under it. */
function swallowClick(signal: AbortSignal): void {
  const swallow = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", swallow, { capture: true, once: true, signal });
  setTimeout(() => {
    document.removeEventListener("click", swallow, { capture: true });
  }, 1_000);
}
