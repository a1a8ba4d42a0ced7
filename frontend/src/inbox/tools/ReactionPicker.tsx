import { useLayoutEffect, useRef, type KeyboardEvent } from "react";

import type { LocalMessage } from "../../sync/rows";
import { usePopover } from "../../ui/usePopover";
import { actWords } from "./actWords";

const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"] as const;
const MARGIN_PX = 8;

interface ReactionPickerProps {
  readonly message: LocalMessage;
  readonly bubble: HTMLElement;
  /** An empty emoji takes the own reaction back. */
  readonly onPick: (emoji: string) => void;
  readonly onMore: () => void;
  readonly onClose: () => void;
}

/** The usual reactions over a bubble; the own one is marked, and pressed again it is taken back. */
export function ReactionPicker({ message, bubble, onPick, onMore, onClose }: ReactionPickerProps) {
  const element = useRef<HTMLDivElement>(null);
  const own = message.reactions.find(({ is_own }) => is_own)?.emoji ?? null;
  const offered = own === null || QUICK.some((emoji) => emoji === own) ? QUICK : [own, ...QUICK.slice(0, -1)];
  usePopover(element, onClose);
  useLayoutEffect(() => {
    const picker = element.current;
    if (picker === null) return;
    const box = bubble.getBoundingClientRect();
    const above = box.top - picker.offsetHeight - 4;
    const top = above >= MARGIN_PX ? above : box.bottom + 4;
    const start = message.direction === "outbound" ? box.right - picker.offsetWidth : box.left;
    picker.style.top = `${Math.max(MARGIN_PX, Math.min(top, innerHeight - picker.offsetHeight - MARGIN_PX))}px`;
    picker.style.left = `${Math.max(MARGIN_PX, Math.min(start, innerWidth - picker.offsetWidth - MARGIN_PX))}px`;
    picker.querySelector<HTMLElement>("button")?.focus();
    return () => {
      if (picker.contains(document.activeElement)) bubble.focus({ preventScroll: true });
    };
  }, [bubble, message.direction]);

  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const buttons = [...(element.current?.querySelectorAll("button") ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const target = { ArrowRight: at + 1, ArrowLeft: at - 1 + buttons.length, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Tab") onClose();
    if (target === undefined) return;
    event.preventDefault();
    buttons[target % buttons.length]?.focus();
  };

  return (
    <div
      ref={element}
      popover="manual"
      role="toolbar"
      aria-label={actWords.react}
      className="menu reaction-picker"
      onKeyDown={onKeyDown}
    >
      {offered.map((emoji) => (
        <button
          key={emoji}
          type="button"
          tabIndex={-1}
          aria-pressed={emoji === own}
          aria-label={emoji === own ? actWords.unreact(emoji) : emoji}
          onClick={() => {
            onPick(emoji === own ? "" : emoji);
            onClose();
          }}
        >
          {emoji}
        </button>
      ))}
      <button
        type="button"
        tabIndex={-1}
        aria-label={actWords.moreEmoji}
        title={actWords.moreEmoji}
        onClick={() => {
          onClose();
          onMore();
        }}
      >
        +
      </button>
    </div>
  );
}
