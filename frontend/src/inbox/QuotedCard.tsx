import type { Quoted } from "../api/types";
import { oneLine } from "../lib/text";
import { words } from "../lib/words";
import { useThreadActions } from "./threadActions";
import { threadWords } from "./threadWords";

/** What a message answers to; leads there where that message is known. */
export function QuotedCard({ quoted }: { readonly quoted: Quoted }) {
  const { jumpToQuoted } = useThreadActions();
  const text = quoted.text === "" ? words.message.quotedGone : oneLine(quoted.text, 300);
  const content = (
    <>
      {quoted.sender_name !== null && <bdi className="quoted-name">{oneLine(quoted.sender_name, 60)}</bdi>}
      <span className="quoted-text" dir="auto">
        {text}
      </span>
    </>
  );
  if (quoted.message_id === null && quoted.external_message_id === null) {
    return <blockquote className="quoted">{content}</blockquote>;
  }
  return (
    <blockquote className="quoted">
      <button
        type="button"
        className="quoted-jump"
        title={threadWords.jump}
        onClick={() => {
          jumpToQuoted(quoted);
        }}
      >
        <span className="hidden">{threadWords.answerTo}</span>
        {content}
      </button>
    </blockquote>
  );
}
