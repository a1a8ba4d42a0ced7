import { useRef, useState } from "react";
import { flushSync } from "react-dom";

import type { Person } from "../api/types";
import { oneLine } from "../lib/text";
import { fullTime } from "../lib/time";
import { personName } from "../sync/details";
import { DeliveryLink, Section } from "./Section";
import { useChange } from "./useLoaded";
import { details as words, SOURCE_WORD } from "./words";

const NAME_MAX_CHARACTERS = 256;

interface Props {
  readonly person: Person;
  readonly onChanged: (person: Person) => void;
}

function NameForm({ person, onChanged, onDone }: Props & { readonly onDone: () => void }) {
  const given = person.names.find((one) => one.source === "given");
  const [name, setName] = useState(given?.name ?? person.attendee.name);
  const change = useChange();
  return (
    <form
      className="details-form"
      onSubmit={(event) => {
        event.preventDefault();
        change.run(async () => {
          onChanged(await personName(person.attendee.id, name));
          onDone();
        });
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onDone();
      }}
    >
      <label>
        {words.nameLabel}
        <input
          value={name}
          maxLength={NAME_MAX_CHARACTERS}
          autoComplete="off"
          dir="auto"
          autoFocus
          onChange={(event) => {
            setName(event.target.value);
          }}
        />
      </label>
      <p className="details-hint">{words.nameHint}</p>
      {change.failure !== null && (
        <p className="details-failure" role="alert">
          {change.failure}
        </p>
      )}
      <div className="details-actions">
        <button type="submit" className="button button-strong" disabled={change.busy}>
          {words.save}
        </button>
        <button type="button" className="button" onClick={onDone}>
          {words.cancel}
        </button>
      </div>
    </form>
  );
}

/** What the person is called, by whom, and since when. */
export function PersonName({ person, onChanged }: Props) {
  const [editing, setEditing] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    flushSync(() => {
      setEditing(false);
    });
    opener.current?.focus();
  };
  return (
    <Section title={words.name}>
      {person.names.length === 0 && <p className="details-hint">{words.noNames}</p>}
      <ul className="details-list">
        {person.names.map((one) => (
          <li key={`${one.source} ${one.name}`} className={one.name === person.attendee.name ? "details-shown" : ""}>
            <bdi>{oneLine(one.name)}</bdi>
            <p>
              {one.source === "given" ? words.givenBy(one.given_by) : SOURCE_WORD[one.source]},{" "}
              <time dateTime={one.since}>{words.since(fullTime(one.since))}</time> <DeliveryLink id={one.delivery_id} />
            </p>
          </li>
        ))}
      </ul>
      {editing ? (
        <NameForm person={person} onChanged={onChanged} onDone={close} />
      ) : (
        <button
          ref={opener}
          type="button"
          className="text-button"
          onClick={() => {
            setEditing(true);
          }}
        >
          {words.editName}
        </button>
      )}
    </Section>
  );
}
