import { useLayoutEffect, useRef, type KeyboardEvent } from "react";

import { Icon, type IconName } from "./icons";
import { usePopover } from "./usePopover";

/** Something to do, or a file to save. `why` says why it cannot be done, `note` what else there is to know. */
export interface MenuItem {
  readonly key: string;
  readonly icon: IconName;
  readonly label: string;
  readonly run?: () => void;
  readonly href?: string;
  readonly why?: string | null;
  readonly note?: string | null;
  readonly danger?: boolean;
}

interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** What the menu belongs to, and gets the focus back. */
  readonly anchor: HTMLElement;
  /** Where a press asked for it; without one it stands below the anchor. */
  readonly at?: { readonly x: number; readonly y: number } | null;
  readonly alignEnd?: boolean;
  readonly onClose: () => void;
}

const MARGIN_PX = 8;
const GAP_PX = 4;

const within = (wanted: number, size: number, room: number): number =>
  Math.max(MARGIN_PX, Math.min(wanted, room - size - MARGIN_PX));

function place(menu: HTMLElement, { anchor, at, alignEnd }: Pick<MenuProps, "anchor" | "at" | "alignEnd">): void {
  const box = anchor.getBoundingClientRect();
  const below = at === undefined || at === null ? box.bottom + GAP_PX : at.y;
  const above = at === undefined || at === null ? box.top - GAP_PX : at.y;
  const fits = below + menu.offsetHeight + MARGIN_PX <= innerHeight;
  menu.style.top = `${within(fits ? below : above - menu.offsetHeight, menu.offsetHeight, innerHeight)}px`;
  const start = at?.x ?? (alignEnd === true ? box.right - menu.offsetWidth : box.left);
  menu.style.left = `${within(start, menu.offsetWidth, innerWidth)}px`;
}

/** What can be done with one thing, in words. */
export function Menu({ label, items, anchor, at, alignEnd, onClose }: MenuProps) {
  const element = useRef<HTMLDivElement>(null);
  usePopover(element, onClose);
  const x = at?.x;
  const y = at?.y;
  useLayoutEffect(() => {
    const menu = element.current;
    if (menu === null) return;
    place(menu, { anchor, at: x === undefined || y === undefined ? null : { x, y }, alignEnd: alignEnd === true });
    menu.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    return () => {
      if (menu.contains(document.activeElement)) anchor.focus({ preventScroll: true });
    };
  }, [anchor, x, y, alignEnd]);

  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const entries = [...(element.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const current = entries.findIndex((entry) => entry === document.activeElement);
    const target = { ArrowDown: current + 1, ArrowUp: current - 1 + entries.length, Home: 0, End: entries.length - 1 }[event.key];
    if (event.key === "Tab") onClose();
    if (target === undefined) return;
    event.preventDefault();
    entries[target % entries.length]?.focus();
  };

  return (
    <div
      ref={element}
      popover="manual"
      role="menu"
      aria-label={label}
      className="menu"
      onKeyDown={onKeyDown}
    >
      {items.map((item) => (
        <Entry key={item.key} item={item} onClose={onClose} />
      ))}
    </div>
  );
}

function Entry({ item, onClose }: { readonly item: MenuItem; readonly onClose: () => void }) {
  const { icon, label, run, href, why, note, danger } = item;
  const beside = why ?? note ?? null;
  const content = (
    <>
      <Icon name={icon} size={18} />
      <span className="menu-words">
        <bdi>{label}</bdi>
        {beside !== null && <small>{beside}</small>}
      </span>
    </>
  );
  if (href !== undefined) {
    return (
      <a role="menuitem" tabIndex={-1} href={href} download onClick={onClose}>
        {content}
      </a>
    );
  }
  const barred = why !== undefined && why !== null;
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      aria-disabled={barred}
      className={danger === true ? "menu-danger" : undefined}
      onClick={() => {
        if (barred) return;
        onClose();
        run?.();
      }}
    >
      {content}
    </button>
  );
}
