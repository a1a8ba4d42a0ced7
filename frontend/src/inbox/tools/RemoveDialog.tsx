import { Dialog } from "../../ui/Dialog";
import { actWords } from "./actWords";

interface RemoveDialogProps {
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function RemoveDialog({ onConfirm, onClose }: RemoveDialogProps) {
  return (
    <Dialog title={actWords.removeTitle} onClose={onClose}>
      <p>{actWords.removeText}</p>
      <p className="button-row button-row-end">
        <button type="button" className="button" onClick={onClose}>
          {actWords.cancel}
        </button>
        <button
          type="button"
          className="button button-danger"
          onClick={() => {
            onConfirm();
            onClose();
          }}
        >
          {actWords.removeConfirm}
        </button>
      </p>
    </Dialog>
  );
}
