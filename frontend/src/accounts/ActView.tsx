import { lazy, Suspense, useEffect, useState } from "react";

import type { AccountAct } from "../api/schema";
import { followLink, INBOX_PATH } from "../lib/router";
import { Notice, Waiting } from "../ui/Notice";
import type { Running } from "./useAct";
import { ASKS_WORDS, SCAN_WORDS, words } from "./words";

const QrImage = lazy(() => import("./QrImage"));

/** Codes that the provider sends, and can send again. */
const SENT: ReadonlySet<AccountAct["asks"]> = new Set(["2FA", "OTP"]);
const TYPED: ReadonlySet<AccountAct["asks"]> = new Set(["2FA", "OTP", "PHONE_REGISTER", "IN_APP_VALIDATION", "CONTRACT_CHOOSER"]);

function Left({ until }: { readonly until: string }) {
  const seconds = (): number => Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 1000));
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const timer = setInterval(() => {
      setLeft(Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 1000)));
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [until]);
  return (
    <p className="act-left" role="timer">
      {words.left(left)}
    </p>
  );
}

function CodeForm({ onSend }: { readonly onSend: (code: string) => void }) {
  const [code, setCode] = useState("");
  return (
    <form
      className="act-code"
      onSubmit={(event) => {
        event.preventDefault();
        if (code.trim() !== "") onSend(code.trim());
      }}
    >
      <label className="labelled">
        <span>{words.code}</span>
        <input
          className="field"
          value={code}
          autoComplete="one-time-code"
          autoFocus
          onChange={(event) => {
            setCode(event.target.value);
          }}
        />
      </label>
      <button type="submit" className="button button-strong">
        {words.sendCode}
      </button>
    </form>
  );
}

/** As WhatsApp shows the boxes to type it into. */
const inHalves = (code: string): string => (/^\w{8}$/u.test(code) ? `${code.slice(0, 4)}-${code.slice(4)}` : code);

function asked({ asks, pairing_code: pairing, account_type: type }: AccountAct): string {
  if (pairing !== null) return words.pairing;
  if (asks === "QRCODE") return SCAN_WORDS.get(type.toLowerCase()) ?? ASKS_WORDS.QRCODE;
  return ASKS_WORDS[asks ?? "UNKNOWN"];
}

interface AskedProps {
  readonly act: AccountAct;
  readonly onAnswer: (code: string) => void;
  readonly onResend: () => void;
}

function Asked({ act, onAnswer, onResend }: AskedProps) {
  const { asks, qr_text: image, pairing_code: pairing, url, expires_at: until } = act;
  return (
    <>
      <p role="status">{asked(act)}</p>
      {pairing !== null && <output className="pairing">{inHalves(pairing)}</output>}
      {pairing === null && image !== null && (
        <Suspense fallback={<Waiting label={words.working} />}>
          <QrImage text={image} />
        </Suspense>
      )}
      {url !== null && (
        <a className="button button-strong" href={url} target="_blank" rel="noopener noreferrer">
          {words.openLink}
        </a>
      )}
      {TYPED.has(asks) && <CodeForm key={act.id + (until ?? "")} onSend={onAnswer} />}
      {act.reason !== null && (
        <p className="field-error" role="alert">
          {act.reason}
        </p>
      )}
      {SENT.has(asks) && (
        <button type="button" className="text-button" onClick={onResend}>
          {words.resend}
        </button>
      )}
      {until !== null && <Left key={until} until={until} />}
    </>
  );
}

interface ActViewProps {
  readonly running: Running;
  /** Told otherwise than by the act: an account connected by link is a new row. */
  readonly arrived: boolean;
  readonly onLink: (() => void) | null;
}

/** How connecting stands, and what is asked of the person. */
export function ActView({ running: { act, failure, renewing, answer, renew, resend }, arrived, onLink }: ActViewProps) {
  const isDone = arrived || act?.state === "done";
  const canLink = onLink !== null && act?.act !== "link" && act?.act !== "reconnect_link";
  return (
    <div className="act">
      {isDone && (
        <div role="status">
          <Notice title={words.done} next={words.doneNext}>
            <a className="button button-strong" href={INBOX_PATH} onClick={followLink}>
              {words.toInbox}
            </a>
          </Notice>
        </div>
      )}
      {!isDone && (act?.state === "waiting" || act?.state === "working") && <Waiting label={words.working} />}
      {!isDone && act?.state === "asking" && <Asked act={act} onAnswer={answer} onResend={resend} />}
      {!isDone && renewing && <Waiting label={words.renewing} />}
      {!isDone && !renewing && (act?.state === "failed" || act?.state === "expired") && (
        <Notice
          tone="error"
          title={act.state === "expired" ? words.expired : words.failed}
          next={act.reason ?? undefined}
        >
          <button type="button" className="button" onClick={renew}>
            {words.renew}
          </button>
        </Notice>
      )}
      {failure !== null && (
        <p className="field-error" role="alert">
          {failure}
        </p>
      )}
      {!isDone && act !== null && canLink && (
        <button type="button" className="text-button" onClick={onLink}>
          {words.byLinkInstead}
        </button>
      )}
    </div>
  );
}
