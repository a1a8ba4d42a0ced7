import { useState, type KeyboardEvent } from "react";

import { namedText } from "../mentions";
import type { LocalMessage } from "../../sync/rows";
import { Dialog } from "../../ui/Dialog";
import { actWords } from "./actWords";

const LONGEST = 100_000;

interface EditDialogProps {
  readonly message: LocalMessage;
  readonly onSave: (text: string) => void;
  readonly onClose: () => void;
}

/** Another text for a message of one's own. */
export function EditDialog({ message, onSave, onClose }: EditDialogProps) {
  const before = namedText(message.text, message.mentions);
  const [text, setText] = useState(before);
  const empty = text.trim() === "";
  const save = (): void => {
    if (empty) return;
    if (text !== before) onSave(text);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    save();
  };
  return (
    <Dialog title={actWords.editTitle} onClose={onClose} className="dialog-wide">
      <textarea
        className="field"
        aria-label={actWords.editTitle}
        value={text}
        rows={Math.min(10, Math.max(2, text.split("\n").length))}
        maxLength={LONGEST}
        dir="auto"
        autoFocus
        onChange={(event) => {
          setText(event.target.value);
        }}
        onKeyDown={onKeyDown}
      />
      {empty && (
        <p className="field-error" role="alert">
          {actWords.editEmpty}
        </p>
      )}
      <p className="button-row button-row-end">
        <button type="button" className="button" onClick={onClose}>
          {actWords.cancel}
        </button>
        <button type="button" className="button button-strong" disabled={empty} onClick={save}>
          {actWords.editSave}
        </button>
      </p>
    </Dialog>
  );
}
