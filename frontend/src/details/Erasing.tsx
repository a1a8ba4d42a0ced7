import { useRef, useState } from "react";
import { flushSync } from "react-dom";

import type { ErasureRecord, Id } from "../api/types";
import { erasureDo, erasurePreview, type ErasureOf } from "../sync/details";
import { Waiting } from "../ui/Notice";
import { Section } from "./Section";
import { useChange, useLoaded, type Loaded } from "./useLoaded";
import { details as words } from "./words";

const WORD = "erase";

interface Props {
  readonly kind: ErasureOf;
  readonly id: Id;
  readonly onErased: (record: ErasureRecord) => void;
}

type Preview = Awaited<ReturnType<typeof erasurePreview>>;

const previewOf = {
  conversation: (id: Id) => erasurePreview("conversation", id),
  person: (id: Id) => erasurePreview("person", id),
};

function Told({ preview, kind }: { readonly preview: Preview; readonly kind: ErasureOf }) {
  return (
    <>
      <p>{preview.messages === 0 ? words.eraseNothing : words.eraseGoes[kind](preview.messages, preview.files, preview.conversations)}</p>
      <p className="details-hint">{words.eraseStays[kind]}</p>
      <p className="details-hint">{words.eraseNew}</p>
    </>
  );
}

function Unread({ preview }: { readonly preview: Loaded<Preview> }) {
  if (preview.failure === null) return <Waiting label={words.loading} />;
  return (
    <div role="alert">
      <p className="details-failure">
        {words.failed} {preview.failure}
      </p>
      <button type="button" className="button" onClick={preview.again}>
        {words.retry}
      </button>
    </div>
  );
}

function EraseForm({ kind, id, onErased, onCancel }: Props & { readonly onCancel: () => void }) {
  const preview = useLoaded(previewOf[kind], id, "");
  const [typed, setTyped] = useState("");
  const change = useChange();
  if (preview.value === null) return <Unread preview={preview} />;
  return (
    <form
      className="details-form"
      onSubmit={(event) => {
        event.preventDefault();
        change.run(async () => {
          onErased(await erasureDo(kind, id, typed.trim()));
        });
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onCancel();
      }}
    >
      <Told preview={preview.value} kind={kind} />
      <label>
        {words.eraseType}
        <input
          value={typed}
          autoComplete="off"
          autoFocus
          disabled={change.busy}
          onChange={(event) => {
            setTyped(event.target.value);
          }}
        />
      </label>
      {change.busy && <Waiting label={words.erasing} />}
      {change.failure !== null && (
        <p className="details-failure" role="alert">
          {change.failure} {words.eraseAgain}
        </p>
      )}
      <div className="details-actions">
        <button type="submit" className="button button-danger" disabled={change.busy || typed.trim() !== WORD}>
          {words.eraseGo}
        </button>
        <button type="button" className="button" disabled={change.busy} onClick={onCancel}>
          {words.cancel}
        </button>
      </div>
    </form>
  );
}

function Erasable(props: Props) {
  const [asking, setAsking] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  return asking ? (
    <EraseForm
      {...props}
      onCancel={() => {
        flushSync(() => {
          setAsking(false);
        });
        opener.current?.focus();
      }}
    />
  ) : (
    <button
      ref={opener}
      type="button"
      className="text-button"
      onClick={() => {
        setAsking(true);
      }}
    >
      {words.erase[props.kind]}…
    </button>
  );
}

interface ErasingProps {
  readonly what: readonly Pick<Props, "kind" | "id">[];
  readonly onErased: Props["onErased"];
}

/** Deletes a conversation or a person for good, once somebody has read what that means and typed the word. */
export function Erasing({ what, onErased }: ErasingProps) {
  if (what.length === 0) return null;
  return (
    <Section title={words.eraseTitle}>
      {what.map(({ kind, id }) => (
        <Erasable key={`${kind} ${id}`} kind={kind} id={id} onErased={onErased} />
      ))}
    </Section>
  );
}
