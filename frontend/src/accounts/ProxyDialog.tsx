import { useRef, useState, type SyntheticEvent } from "react";

import { setProxy, type Proxy } from "../api/accounts";
import type { Channel } from "../api/types";
import { newClientId } from "../sync/acts";
import { Dialog } from "../ui/Dialog";
import { useAct } from "./useAct";
import { words } from "./words";

const PROTOCOLS = ["http", "https", "socks5"] as const;

/** The proxy by which Unipile connects the account. It is handed on, and shown to nobody afterwards. */
export function ProxyDialog({ channel, onClose }: { readonly channel: Channel; readonly onClose: () => void }) {
  const { act, failure, busy, start } = useAct();
  const form = useRef<HTMLFormElement>(null);
  const [protocol, setProtocol] = useState<Proxy["protocol"]>("http");
  const works = busy || act?.state === "waiting" || act?.state === "working";
  const give = (proxy: Proxy | null): void => {
    start(() => setProxy(newClientId(), channel.id, proxy));
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (form.current === null) return;
    const typed = new FormData(form.current);
    const text = (name: string): string => {
      const value = typed.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    give({ protocol, host: text("host"), port: Number(text("port")), username: text("username"), password: text("password") });
  };
  return (
    <Dialog title={words.proxyTitle(channel.name || words.nameless)} onClose={onClose}>
      <form ref={form} className="act" onSubmit={submit}>
        <p>{words.proxyMeans}</p>
        <label className="labelled">
          <span>{words.proxyProtocol}</span>
          <select
            className="field"
            value={protocol}
            onChange={(event) => {
              setProtocol(PROTOCOLS.find((one) => one === event.target.value) ?? "http");
            }}
          >
            {PROTOCOLS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <div className="proxy-address">
          <label className="labelled">
            <span>{words.proxyHost}</span>
            <input className="field" name="host" required autoComplete="off" spellCheck={false} />
          </label>
          <label className="labelled">
            <span>{words.proxyPort}</span>
            <input className="field" name="port" type="number" min={1} max={65535} required />
          </label>
        </div>
        <label className="labelled">
          <span>{words.proxyUser}</span>
          <input className="field" name="username" autoComplete="off" spellCheck={false} />
        </label>
        <label className="labelled">
          <span>{words.proxyPassword}</span>
          <input className="field" name="password" type="password" autoComplete="off" />
        </label>
        <p role="status" className="step-told">
          {works ? words.working : act?.state === "done" ? words.proxyDone : ""}
        </p>
        {(failure ?? (act?.state === "failed" ? act.reason : null)) !== null && (
          <p className="field-error" role="alert">
            {failure ?? act?.reason}
          </p>
        )}
        <p className="step-buttons">
          <button type="submit" className="button button-strong" disabled={works}>
            {words.proxySet}
          </button>
          <button
            type="button"
            className="button"
            disabled={works}
            onClick={() => {
              give(null);
            }}
          >
            {words.proxyNone}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
