import { useLayoutEffect, useRef, type KeyboardEvent } from "react";

import { useBackCloses } from "../../lib/useBackCloses";
import type { LocalMessage } from "../../sync/rows";
import { Icon } from "../../ui/icons";
import { useThreadActions } from "../threadActions";
import { threadWords } from "../threadWords";
import { messageTools } from "./messageTools";

const MARGIN_PX = 8;

interface MessageMenuProps {
  readonly message: LocalMessage;
  readonly bubble: HTMLElement;
  readonly onClose: () => void;
}

/** What can be done with one message, in words. The browser closes it on Escape and on a press elsewhere, Back too. */
export function MessageMenu({ message, bubble, onClose }: MessageMenuProps) {
  const element = useRef<HTMLDivElement>(null);
  const tools = messageTools(message, useThreadActions());
  useBackCloses(onClose);
  useLayoutEffect(() => {
    const menu = element.current;
    if (menu === null) return;
    menu.showPopover();
    const anchor = bubble.getBoundingClientRect();
    const within = (wanted: number, size: number, room: number): number =>
      Math.max(MARGIN_PX, Math.min(wanted, room - size - MARGIN_PX));
    const below = anchor.bottom + 4;
    const fits = below + menu.offsetHeight + MARGIN_PX <= innerHeight;
    menu.style.top = `${within(fits ? below : anchor.top - menu.offsetHeight - 4, menu.offsetHeight, innerHeight)}px`;
    const start = message.direction === "outbound" ? anchor.right - menu.offsetWidth : anchor.left;
    menu.style.left = `${within(start, menu.offsetWidth, innerWidth)}px`;
    menu.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    return () => {
      if (menu.contains(document.activeElement)) bubble.focus({ preventScroll: true });
    };
  }, [bubble, message.direction]);

  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const items = [...(element.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = items.findIndex((item) => item === document.activeElement);
    const target = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Tab") onClose();
    if (target === undefined) return;
    event.preventDefault();
    items[target % items.length]?.focus();
  };

  return (
    <div
      ref={element}
      popover="auto"
      role="menu"
      aria-label={threadWords.actions}
      className="menu"
      onKeyDown={onKeyDown}
      onToggle={(event) => {
        if (event.newState === "closed") onClose();
      }}
    >
      {tools.map(({ key, icon, label, run, href }) => {
        const content = (
          <>
            <Icon name={icon} size={18} />
            <bdi>{label}</bdi>
          </>
        );
        return href === undefined ? (
          <button
            key={key}
            type="button"
            role="menuitem"
            tabIndex={-1}
            onClick={() => {
              onClose();
              run?.();
            }}
          >
            {content}
          </button>
        ) : (
          <a key={key} role="menuitem" tabIndex={-1} href={href} download onClick={onClose}>
            {content}
          </a>
        );
      })}
    </div>
  );
}
