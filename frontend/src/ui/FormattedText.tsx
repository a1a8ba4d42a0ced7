import { memo, useMemo, useState, type ReactNode } from "react";

import { emojiAlone, markup, type Markup } from "../lib/markup";
import { oneLine, presentable } from "../lib/text";
import { words } from "../lib/words";

/** Longer texts are cut until asked for, so that one message cannot fill the screen or stall it. */
const SHOWN_CHARACTERS = 3_000;
const SHOWN_LINES = 60;

type Names = ReadonlyMap<string, string>;

const NOBODY: Names = new Map();

function node(part: Markup, key: number, names: Names): ReactNode {
  const inside = (children: readonly Markup[]): ReactNode => children.map((child, index) => node(child, index, names));
  switch (part.kind) {
    case "text":
      return part.text;
    case "bold":
      return <strong key={key}>{inside(part.children)}</strong>;
    case "italic":
      return <em key={key}>{inside(part.children)}</em>;
    case "struck":
      return <s key={key}>{inside(part.children)}</s>;
    case "quote":
      return <blockquote key={key}>{inside(part.children)}</blockquote>;
    case "list":
      return (
        <ul key={key}>
          {part.items.map((item, index) => (
            <li key={index}>
              <span className="formatted-point">{item.number === null ? "•" : `${item.number}.`}</span>
              <span>{inside(item.children)}</span>
            </li>
          ))}
        </ul>
      );
    case "code":
      return <code key={key}>{part.text}</code>;
    case "block":
      return <pre key={key}>{part.text}</pre>;
    case "mention":
      return (
        <bdi key={key} className="mention">
          @{oneLine(names.get(part.text) ?? part.text, 60)}
        </bdi>
      );
    case "link":
      return (
        <a key={key} href={part.href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
          {part.text}
        </a>
      );
  }
}

function cutShort(text: string): string {
  const lines = text.slice(0, SHOWN_CHARACTERS).split("\n");
  return lines.slice(0, SHOWN_LINES).join("\n");
}

interface FormattedTextProps {
  readonly text: string;
  /** What to show for the tokens that stand for people. */
  readonly names?: Names;
  /** Stands at the end of the last line, on the side where the text's own direction ends. */
  readonly after?: ReactNode;
}

/** Foreign text: formatted, linked, isolated in its direction, and inert. */
export const FormattedText = memo(function FormattedText({ text, names = NOBODY, after }: FormattedTextProps) {
  const [whole, setWhole] = useState(false);
  const shown = useMemo(() => presentable(text), [text]);
  const cut = whole ? shown : cutShort(shown);
  const nodes = useMemo(
    () => markup(cut, [...names.keys()]).map((part, key) => node(part, key, names)),
    [cut, names],
  );
  const alone = emojiAlone(shown);
  return (
    <div className={alone === 0 ? "formatted" : `formatted formatted-emoji-${alone}`} dir="auto">
      <span className="formatted-words">
        {nodes}
        {cut.length < shown.length && "…"}
      </span>
      {cut.length < shown.length && (
        <button
          type="button"
          className="text-button"
          onClick={() => {
            setWhole(true);
          }}
        >
          {words.showWhole}
        </button>
      )}
      {after}
    </div>
  );
});
