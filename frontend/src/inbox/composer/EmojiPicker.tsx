import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";

import { useBackCloses } from "../../lib/useBackCloses";
import { readSkinTone, writeSkinTone } from "../../sync/device";
import { emojiByGroup, emojiOfCode, toned } from "./emojiFinding";
import { composerWords } from "./words";

/** As in composer.css. */
const COLUMNS = 8;

const HAND = emojiOfCode("raised_hand");
/** Their numbers, the untoned one first. */
const TONES = [0, ...(HAND?.tones ?? []).map((_, index) => index + 1)];

interface EmojiPickerProps {
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}

export default function EmojiPicker({ onPick, onClose }: EmojiPickerProps) {
  const panel = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [wanted, setWanted] = useState("");
  const [tone, setTone] = useState(readSkinTone);
  const groups = useMemo(() => emojiByGroup(wanted), [wanted]);
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
      <div className="emoji-tones" role="radiogroup" aria-label={composerWords.skinTone}>
        {TONES.map((one) => (
          <label key={one} title={composerWords.skinTones[one]}>
            <input
              type="radio"
              name="skin-tone"
              checked={one === tone}
              aria-label={composerWords.skinTones[one]}
              onChange={() => {
                writeSkinTone(one);
                setTone(one);
              }}
            />
            <span aria-hidden="true">{HAND === null ? "" : toned(HAND, one)}</span>
          </label>
        ))}
      </div>
      <div className="emoji-groups">
        {groups.length === 0 && <p role="status">{composerWords.emojiNone}</p>}
        {groups.map(({ group, found }) => (
          <section key={group} aria-label={composerWords.emojiGroups[group]}>
            <h3>{composerWords.emojiGroups[group]}</h3>
            <div className="emoji-grid">
              {found.map((one) => (
                <button
                  key={one.sign}
                  type="button"
                  className="emoji"
                  aria-label={one.name}
                  title={one.name}
                  onClick={() => onPick(toned(one, tone))}
                >
                  {toned(one, tone)}
                </button>
              ))}
            </div>
          </section>
        ))}
      </div>
    </div>
  );
}
