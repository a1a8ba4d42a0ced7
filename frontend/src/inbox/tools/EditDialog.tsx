import { useId, useState, type KeyboardEvent } from "react";

import type { LocalMessage } from "../../sync/rows";
import { Dialog } from "../../ui/Dialog";
import { charactersLeft, MessageLength } from "../composer/MessageLength";
import { namedText } from "../mentions";
import { actWords } from "./actWords";

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
  const left = charactersLeft(text);
  const lengthId = useId();
  const save = (): void => {
    if (empty || left < 0) return;
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
      <div>
        <textarea
          className="field"
          aria-label={actWords.editTitle}
          value={text}
          rows={Math.min(10, Math.max(2, text.split("\n").length))}
          aria-describedby={lengthId}
          aria-invalid={left < 0}
          dir="auto"
          autoFocus
          onChange={(event) => {
            setText(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
        <MessageLength id={lengthId} left={left} />
      </div>
      {empty && (
        <p className="field-error" role="alert">
          {actWords.editEmpty}
        </p>
      )}
      <p className="button-row button-row-end">
        <button type="button" className="button" onClick={onClose}>
          {actWords.cancel}
        </button>
        <button type="button" className="button button-strong" disabled={empty || left < 0} onClick={save}>
          {actWords.editSave}
        </button>
      </p>
    </Dialog>
  );
}
