import { useEffect, useRef } from "react";

export type Shortcut =
  | "next"
  | "previous"
  | "open"
  | "openNext"
  | "openPrevious"
  | "nextUnread"
  | "previousUnread"
  | "find"
  | "help"
  | "inbox"
  | "accounts"
  | "deliveries"
  | "settings"
  | "details"
  | "archive"
  | "undo"
  | "toggleUnread"
  | "toggleMuted"
  | "newChat"
  | "write"
  | "back";

/** What a screen has no use for is left to the browser. */
export type Shortcuts = Readonly<Partial<Record<Shortcut, () => void>>>;

/** By the character produced; where a layout produces no Latin letter, by the key's place. */
const SINGLE: ReadonlyMap<string, Shortcut> = new Map([
  ["j", "next"],
  ["k", "previous"],
  ["n", "nextUnread"],
  ["p", "previousUnread"],
  ["/", "find"],
  ["?", "help"],
  [".", "details"],
  ["e", "archive"],
  ["z", "undo"],
  ["u", "toggleUnread"],
  ["m", "toggleMuted"],
  ["c", "newChat"],
  ["r", "write"],
]);

/** After g. */
const SECOND: ReadonlyMap<string, Shortcut> = new Map([
  ["i", "inbox"],
  ["a", "accounts"],
  ["d", "deliveries"],
  ["s", "settings"],
]);

const ALWAYS: ReadonlyMap<string, Shortcut> = new Map([
  ["ArrowDown", "next"],
  ["ArrowUp", "previous"],
  ["Enter", "open"],
  ["Escape", "back"],
]);

/** The second key of a pair must come within this time of the first. */
const PAIR_MS = 1_500;

function character(event: KeyboardEvent): string {
  if (/^[\u0021-\u007e]$/.test(event.key)) return event.key.toLowerCase();
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  return letter?.toLowerCase() ?? event.key;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Elements for which the arrows, Enter and Escape already mean something of their own. */
function hasOwnKeys(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (key === "Enter") return target.closest("a, button, summary") !== null;
  return key.startsWith("Arrow") && target.closest('[role="log"]') !== null;
}

function shortcutOf(event: KeyboardEvent, singleKeys: boolean): Shortcut | undefined {
  if (event.altKey && !event.ctrlKey && !event.metaKey) {
    if (event.key === "ArrowDown") return "openNext";
    return event.key === "ArrowUp" ? "openPrevious" : undefined;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return undefined;
  const always = ALWAYS.get(event.key);
  if (always !== undefined) return hasOwnKeys(event.target, event.key) ? undefined : always;
  return singleKeys ? SINGLE.get(character(event)) : undefined;
}

export function useShortcuts(singleKeys: boolean, shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    let pairUntil = 0;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]") !== null) return;
      const plain = singleKeys && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
      let shortcut = shortcutOf(event, singleKeys);
      const second = plain && Date.now() < pairUntil ? SECOND.get(character(event)) : undefined;
      if (second !== undefined) shortcut = second;
      pairUntil = plain && character(event) === "g" ? Date.now() + PAIR_MS : 0;
      const act = shortcut === undefined ? undefined : latest.current[shortcut];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
    };
  }, [singleKeys]);
}
