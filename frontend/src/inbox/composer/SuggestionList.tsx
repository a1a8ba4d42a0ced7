import { Avatar } from "../../ui/Avatar";
import type { Suggestion, Suggestions } from "./useSuggestions";
import { composerWords } from "./words";

export const SUGGESTIONS_ID = "composer-suggestions";

export function suggestionElementId({ key }: Suggestion): string {
  return `suggestion-${key}`;
}

interface SuggestionListProps {
  readonly suggestions: Suggestions;
  readonly onPick: (suggestion: Suggestion) => void;
}

/** What could be meant by what is typed. The field keeps the focus and moves the choice. */
export function SuggestionList({ suggestions: { options, of, active }, onPick }: SuggestionListProps) {
  if (options.length === 0) return null;
  const label = of === "people" ? composerWords.mention : composerWords.emojiTyped;
  return (
    <ul id={SUGGESTIONS_ID} className="composer-suggestions" role="listbox" aria-label={label}>
      {options.map((suggestion, index) => {
        const { key, name, shown } = suggestion;
        return (
          <li
            key={key}
            id={suggestionElementId(suggestion)}
            role="option"
            aria-selected={index === active}
            onPointerDown={(event) => {
              event.preventDefault();
              onPick(suggestion);
            }}
          >
            {typeof shown === "string" ? (
              <span className="suggested-sign" aria-hidden="true">
                {shown}
              </span>
            ) : (
              <Avatar name={shown.name} seed={shown.id} size="bubble" picture={shown.picture_url} />
            )}
            <bdi>{name}</bdi>
          </li>
        );
      })}
    </ul>
  );
}
