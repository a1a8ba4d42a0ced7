import { Dialog } from "../../ui/Dialog";
import EmojiPicker from "../composer/EmojiPicker";
import { actWords } from "./actWords";

interface EmojiDialogProps {
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}

/** All emoji, for a reaction. */
export function EmojiDialog({ onPick, onClose }: EmojiDialogProps) {
  return (
    <Dialog title={actWords.react} onClose={onClose} className="emoji-dialog">
      <EmojiPicker onPick={onPick} onClose={onClose} />
    </Dialog>
  );
}
