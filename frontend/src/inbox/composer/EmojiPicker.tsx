import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import emoji from "virtual:emoji";

import { folded } from "../../lib/text";
import { useBackCloses } from "../../lib/useBackCloses";
import { composerWords } from "./words";

/** As in composer.css. */
const COLUMNS = 8;

const SEARCHED = emoji.map((row) => ({ row, text: folded(`${row[1]} ${row[2]}`) }));

interface EmojiPickerProps {
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}

function found(wanted: string): readonly { readonly group: number; readonly rows: readonly (typeof emoji)[number][] }[] {
  const parts = folded(wanted).split(/\s+/).filter(Boolean);
  const rows = SEARCHED.filter(({ text }) => parts.every((part) => text.includes(part))).map(({ row }) => row);
  const groups = [...new Set(rows.map(([, , , group]) => group))];
  return groups.map((group) => ({ group, rows: rows.filter((row) => row[3] === group) }));
}

export default function EmojiPicker({ onPick, onClose }: EmojiPickerProps) {
  const panel = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [wanted, setWanted] = useState("");
  const groups = useMemo(() => found(wanted), [wanted]);
  useBackCloses(onClose);
  useEffect(() => {
    // On a telephone the field would bring up the keyboard, over the emoji.
    if (!matchMedia("(pointer: coarse)").matches) field.current?.focus();
    const onPress = (event: PointerEvent): void => {
      if (event.target instanceof Node && panel.current?.contains(event.target) === false) onClose();
    };
    document.addEventListener("pointerdown", onPress);
    return () => {
      document.removeEventListener("pointerdown", onPress);
    };
  }, [onClose]);

  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      onClose();
      return;
    }
    const buttons = [...(panel.current?.querySelectorAll<HTMLButtonElement>(".emoji") ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    if (at < 0) {
      if (event.key !== "ArrowDown" && event.key !== "Enter") return;
      event.preventDefault();
      if (event.key === "Enter") buttons[0]?.click();
      else buttons[0]?.focus();
      return;
    }
    const way = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    if (at + way < 0) field.current?.focus();
    else buttons[Math.min(at + way, buttons.length - 1)]?.focus();
  };

  return (
    <div ref={panel} className="emoji-picker" role="dialog" aria-label={composerWords.emoji} onKeyDown={onKeyDown}>
      <input
        ref={field}
        type="search"
        value={wanted}
        placeholder={composerWords.emojiFind}
        aria-label={composerWords.emojiFind}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setWanted(event.target.value);
        }}
      />
      <div className="emoji-groups">
        {groups.length === 0 && <p role="status">{composerWords.emojiNone}</p>}
        {groups.map(({ group, rows }) => (
          <section key={group} aria-label={composerWords.emojiGroups[group]}>
            <h3>{composerWords.emojiGroups[group]}</h3>
            <div className="emoji-grid">
              {rows.map(([sign, name]) => (
                <button key={sign} type="button" className="emoji" aria-label={name} title={name} onClick={() => onPick(sign)}>
                  {sign}
                </button>
              ))}
            </div>
          </section>
        ))}
      </div>
    </div>
  );
}
