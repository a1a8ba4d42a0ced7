import { useState } from "react";

import { giveCredentials } from "../api/accounts";
import type { Setup } from "../api/schema";
import { failureOf } from "./useAct";
import { words } from "./words";

function CredentialsForm({ onKept }: { readonly onKept: () => void }) {
  const [dsn, setDsn] = useState("");
  const [key, setKey] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  return (
    <form
      className="act"
      onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setFailure(null);
        giveCredentials(dsn.trim(), key.trim())
          .then(onKept, (error: unknown) => {
            setFailure(failureOf(error));
          })
          .finally(() => {
            setBusy(false);
          });
      }}
    >
      <label className="labelled">
        <span>{words.dsn}</span>
        <input
          className="field"
          required
          value={dsn}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setDsn(event.target.value);
          }}
        />
      </label>
      <label className="labelled">
        <span>{words.key}</span>
        <input
          className="field"
          type="password"
          required
          value={key}
          autoComplete="off"
          onChange={(event) => {
            setKey(event.target.value);
          }}
        />
      </label>
      {failure !== null && (
        <p className="field-error" role="alert">
          {failure}
        </p>
      )}
      <button type="submit" className="button button-strong" disabled={busy}>
        {busy ? words.trying : words.tryThem}
      </button>
    </form>
  );
}

/** What a new installation still needs before an account can be connected. */
export function FirstRun({ setup, onKept }: { readonly setup: Setup; readonly onKept: () => void }) {
  const missing = setup.upstream === "missing";
  if (setup.upstream === "demo") return <p className="setup-line">{words.demo}</p>;
  return (
    <>
      {missing && (
        <section className="setup" aria-label={words.setupTitle}>
          <h2>{words.setupTitle}</h2>
          {setup.may_set_up && setup.form_allowed && (
            <>
              <p>{words.setupNext}</p>
              <CredentialsForm onKept={onKept} />
            </>
          )}
          {setup.may_set_up && !setup.form_allowed && <p>{words.setupElsewhere}</p>}
          {!setup.may_set_up && <p>{words.setupOwner}</p>}
        </section>
      )}
      {setup.may_set_up && (
        <p className="setup-line">{setup.public_url === null ? words.noAddress : words.address(setup.public_url)}</p>
      )}
    </>
  );
}
