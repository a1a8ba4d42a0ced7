import type { Reaction } from "../api/types";
import { oneLine } from "../lib/text";
import { words } from "../lib/words";
import type { LocalMessage } from "../sync/rows";
import { useThreadActions } from "./threadActions";

/** One chip per emoji; who gave it is said on hover and on focus. A press gives the same, or takes the own one back. */
export function Reactions({ message }: { readonly message: LocalMessage }) {
  const { barrier, react } = useThreadActions();
  const { reactions } = message;
  const allowed = barrier("react", message) === null;
  const byEmoji = new Map<string, Reaction[]>();
  for (const reaction of reactions) {
    byEmoji.set(reaction.emoji, [...(byEmoji.get(reaction.emoji) ?? []), reaction]);
  }
  return (
    <ul className="reactions">
      {[...byEmoji].map(([emoji, given]) => {
        const names = given.map((one) => (one.is_own ? words.you : oneLine(one.sender_name ?? words.noName, 40)));
        const shown = oneLine(emoji, 12);
        const own = given.some((one) => one.is_own);
        return (
          <li key={emoji}>
            <button
              type="button"
              className={`reaction ${own ? "reaction-own" : ""}`}
              aria-label={words.message.reaction(shown, given.length, names.join(", "))}
              aria-pressed={allowed ? own : undefined}
              onClick={() => {
                if (allowed) react(message, own ? "" : emoji);
              }}
            >
              <span aria-hidden="true">
                {shown} {given.length > 1 ? given.length : ""}
              </span>
              <span className="reaction-who" aria-hidden="true">
                {names.map((name, index) => (
                  <bdi key={index}>{name}</bdi>
                ))}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
