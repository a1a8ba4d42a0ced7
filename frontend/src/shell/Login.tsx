import { useId, useState, type KeyboardEvent, type SubmitEvent } from "react";

import { ApiError, Unreachable } from "../api/http";
import { words } from "../lib/words";
import type { SignedOutReason } from "./useAccount";
import { shellWords } from "./words";

interface LoginProps {
  readonly reason: SignedOutReason;
  readonly onSignIn: (username: string, password: string) => Promise<void>;
}

const REASON: Readonly<Record<SignedOutReason, string | null>> = {
  start: null,
  ended: words.login.ended,
  left: words.login.left,
  "left-untold": words.login.leftUntold,
  unreachable: words.login.unreachable,
};

function explain(error: unknown): string {
  if (error instanceof Unreachable) return words.login.unreachable;
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 429) return words.login.throttled(error.retryAfterSeconds);
  return error.code === "invalid_credentials" ? words.login.wrong : error.message;
}

export function Login({ reason, onSignIn }: LoginProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  const password = useId();
  const watchCapsLock = (event: KeyboardEvent): void => {
    setCapsLock(event.getModifierState("CapsLock"));
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string): string => {
      const value = form.get(name);
      return typeof value === "string" ? value : "";
    };
    setBusy(true);
    setFailure(null);
    onSignIn(field("username"), field("password"))
      .catch((error: unknown) => {
        setFailure(explain(error));
      })
      .finally(() => {
        setBusy(false);
      });
  };
  return (
    <main className="login">
      <form className="login-card" onSubmit={submit}>
        <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width={40} height={40} />
        <h1>{words.login.title}</h1>
        {REASON[reason] !== null && failure === null && (
          <p className="login-reason" role="status">
            {REASON[reason]}
          </p>
        )}
        <label>
          {words.login.username}
          <input name="username" autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus />
        </label>
        <div className="login-password">
          <label htmlFor={password}>{words.login.password}</label>
          <input
            id={password}
            name="password"
            type={shown ? "text" : "password"}
            autoComplete="current-password"
            autoCapitalize="none"
            spellCheck={false}
            onKeyUp={watchCapsLock}
            required
          />
          <button
            type="button"
            className="text-button"
            aria-label={shown ? shellWords.hideTyped : shellWords.showTyped}
            onClick={() => {
              setShown(!shown);
            }}
          >
            {shown ? shellWords.hide : shellWords.show}
          </button>
        </div>
        {capsLock && (
          <p className="login-hint" role="status">
            {shellWords.capsLock}
          </p>
        )}
        {failure !== null && (
          <p className="login-failure" role="alert">
            {failure}
          </p>
        )}
        <button type="submit" className="button button-strong" disabled={busy}>
          {busy ? words.login.busy : words.login.submit}
        </button>
        <p className="login-hint">{shellWords.kept}</p>
      </form>
    </main>
  );
}
