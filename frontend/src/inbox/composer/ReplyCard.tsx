import type { Quoted } from "../../api/types";
import { oneLine } from "../../lib/text";
import { words } from "../../lib/words";
import { Icon } from "../../ui/icons";
import { composerWords } from "./words";

/** The message that is being answered. */
export function ReplyCard({ quoted, onDrop }: { readonly quoted: Quoted; readonly onDrop: () => void }) {
  const name = oneLine(quoted.sender_name ?? "", 60) || words.noName;
  return (
    <div className="composer-reply">
      <blockquote className="quoted" aria-label={composerWords.answering(name)}>
        <bdi className="quoted-name">{name}</bdi>
        <span className="quoted-text" dir="auto">
          {oneLine(quoted.text, 300)}
        </span>
      </blockquote>
      <button type="button" className="icon-button" aria-label={composerWords.noAnswer} title={composerWords.noAnswer} onClick={onDrop}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}
