import type { Attendee } from "../../api/types";
import { oneLine } from "../../lib/text";
import { Avatar } from "../../ui/Avatar";
import type { Mention } from "./useMention";
import { composerWords } from "./words";

/** Who could be meant by what is typed after an @. The field keeps the focus and moves the choice. */
export function MentionList({ mention, onPick }: { readonly mention: Mention; readonly onPick: (person: Attendee) => void }) {
  if (mention.people.length === 0) return null;
  return (
    <ul id="composer-mentions" className="composer-mentions" role="listbox" aria-label={composerWords.mention}>
      {mention.people.map((person, index) => (
        <li
          key={person.id}
          id={`mention-${person.id}`}
          role="option"
          aria-selected={index === mention.active}
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(person);
          }}
        >
          <Avatar name={person.name} seed={person.id} size="bubble" picture={person.picture_url} />
          <bdi>{oneLine(person.name, 60)}</bdi>
        </li>
      ))}
    </ul>
  );
}
