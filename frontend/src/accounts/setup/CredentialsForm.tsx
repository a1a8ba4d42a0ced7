import { useId, useRef, useState, type SyntheticEvent } from "react";

import { giveCredentials } from "../../api/setup";
import { ApiError } from "../../api/http";
import { failureOf } from "../useAct";
import { setupWords } from "./words";

interface Refusal {
  readonly field: "dsn" | "key" | null;
  readonly words: string;
}

const FIELD_OF: ReadonlyMap<string, Refusal["field"]> = new Map([
  ["wrong_key", "key"],
  ["wrong_dsn", "dsn"],
  ["not_unipile", "dsn"],
  ["unreachable", "dsn"],
  ["tls_refused", "dsn"],
]);

function refusalOf(error: unknown): Refusal {
  return { field: error instanceof ApiError ? (FIELD_OF.get(error.code) ?? null) : null, words: failureOf(error) };
}

/** Hands over an address and a key, which never come back; what does not work says which of the two, and what to do. */
export function CredentialsForm({ onKept }: { readonly onKept: (accounts: number) => void }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const dsn = useRef<HTMLInputElement>(null);
  const key = useRef<HTMLInputElement>(null);
  const reason = useId();
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    giveCredentials(dsn.current?.value.trim() ?? "", key.current?.value.trim() ?? "")
      .then(
        ({ accounts }) => {
          onKept(accounts);
        },
        (error: unknown) => {
          const refused = refusalOf(error);
          setRefusal(refused);
          if (refused.field !== null) (refused.field === "key" ? key : dsn).current?.focus();
        },
      )
      .finally(() => {
        setBusy(false);
      });
  };
  return (
    <form className="act step-form" onSubmit={submit}>
      <label className="labelled">
        <span>{setupWords.dsn}</span>
        <input
          ref={dsn}
          className="field"
          required
          placeholder={setupWords.dsnExample}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={refusal?.field === "dsn"}
          aria-describedby={refusal?.field === "dsn" ? reason : undefined}
        />
      </label>
      <label className="labelled">
        <span>{setupWords.key}</span>
        <input
          ref={key}
          className="field"
          type="password"
          required
          autoComplete="off"
          aria-invalid={refusal?.field === "key"}
          aria-describedby={refusal?.field === "key" ? reason : undefined}
        />
      </label>
      {refusal !== null && (
        <p id={reason} className="field-error" role="alert">
          {refusal.words}
        </p>
      )}
      <button type="submit" className="button button-strong" disabled={busy}>
        {busy ? setupWords.trying : setupWords.tryThem}
      </button>
    </form>
  );
}
