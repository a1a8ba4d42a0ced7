import { useEffect, useState } from "react";

import { isolated, oneLine } from "../../lib/text";
import { rowWords } from "./rowWords";
import type { Shelved } from "./useRowActs";

const OFFERED_MS = 8_000;

interface OfferProps {
  readonly shelved: Shelved;
  readonly onUndo: () => void;
  readonly onEnd: () => void;
}

function Offer({ shelved: { row, archived }, onUndo, onEnd }: OfferProps) {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const held = pointed || focused;
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(onEnd, OFFERED_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [held, onEnd]);
  const name = isolated(oneLine(row.name, 60));
  return (
    <p
      className="undo-notice"
      onPointerEnter={() => {
        setPointed(true);
      }}
      onPointerLeave={() => {
        setPointed(false);
      }}
    >
      <span>{archived ? rowWords.archived(name) : rowWords.unarchived(name)}</span>{" "}
      <button
        type="button"
        className="text-button"
        onClick={onUndo}
        onFocus={() => {
          setFocused(true);
        }}
        onBlur={() => {
          setFocused(false);
        }}
      >
        {rowWords.undo}
      </button>
    </p>
  );
}

interface UndoNoticeProps {
  readonly shelved: Shelved | null;
  readonly onUndo: () => void;
  readonly onEnd: () => void;
}

/** Offers for a while to undo what took a conversation out of the list; as long as somebody is about to, it stays. */
export function UndoNotice({ shelved, onUndo, onEnd }: UndoNoticeProps) {
  return (
    <div className="undo-place" role="status">
      {shelved !== null && <Offer key={`${shelved.row.id} ${shelved.archived}`} shelved={shelved} onUndo={onUndo} onEnd={onEnd} />}
    </div>
  );
}
