import { useState } from "react";

import { actOnChannel, connectAccount, type SyncLimit } from "../api/accounts";
import type { Channel } from "../api/types";
import { providerName } from "../channels/ChannelBadge";
import { newClientId } from "../sync/acts";
import { Dialog } from "../ui/Dialog";
import { ActView } from "./ActView";
import { useAct } from "./useAct";
import { words } from "./words";

const KINDS = ["whatsapp", "telegram", "linkedin", "instagram", "messenger", "twitter", "google", "outlook", "mail"] as const;
const MAIL_NAMES: Readonly<Record<string, string>> = { google: "Gmail", outlook: "Outlook", mail: "Other e-mail" };
const IN_THE_PAGE: ReadonlySet<string> = new Set(["whatsapp", "telegram"]);

type Way = "qr" | "phone" | "link";
const WAY_WORDS: Readonly<Record<Way, string>> = { qr: words.byQr, phone: words.byPhone, link: words.byLink };

/** What was typed as a number of at least 0; nothing for an empty field. */
const limitOf = (typed: string): number | undefined => (/^\d{1,6}$/u.test(typed.trim()) ? Number(typed) : undefined);

function limitsOf(chats: string, messages: string): SyncLimit | undefined {
  const limits = { chats: limitOf(chats), messages: limitOf(messages) };
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function waysOf(kind: string, again: boolean): readonly Way[] {
  if (!IN_THE_PAGE.has(kind)) return ["link"];
  return kind === "whatsapp" && !again ? ["qr", "phone", "link"] : ["qr", "link"];
}

interface LimitProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Limit({ label, value, onChange }: LimitProps) {
  return (
    <label className="labelled">
      <span>{label}</span>
      <input
        className="field"
        type="number"
        min={0}
        max={999999}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
    </label>
  );
}

interface ConnectDialogProps {
  /** The account to connect again; null for a new one. */
  readonly again: Channel | null;
  readonly arrived: boolean;
  readonly onClose: () => void;
}

/** Connects an account: which, how, and then what the provider asks for. */
export function ConnectDialog({ again, arrived, onClose }: ConnectDialogProps) {
  const [kind, setKind] = useState<string>(again?.provider ?? "whatsapp");
  const [wanted, setWanted] = useState<Way>("qr");
  const [phone, setPhone] = useState("");
  const [chats, setChats] = useState("");
  const [messages, setMessages] = useState("");
  const running = useAct();
  const ways = waysOf(kind, again !== null);
  const way = ways.find((one) => one === wanted) ?? "link";
  const takesLimits = again === null && !IN_THE_PAGE.has(kind);
  const limits = takesLimits ? limitsOf(chats, messages) : undefined;
  const begin = (by: Way): void => {
    const clientId = newClientId();
    running.start(() => {
      if (again !== null) return actOnChannel(clientId, again.id, by === "link" ? "reconnect_link" : "reconnect");
      return connectAccount(clientId, {
        account_type: kind,
        way: by === "link" ? "link" : "page",
        ...(by === "phone" ? { phone } : {}),
        ...(limits === undefined ? {} : { sync_limit: limits }),
      });
    });
  };
  return (
    <Dialog title={again === null ? words.connectTitle : words.reconnectTitle(again.name || words.nameless)} onClose={onClose}>
      {running.act === null && (
        <form
          className="act"
          onSubmit={(event) => {
            event.preventDefault();
            begin(way);
          }}
        >
          {again === null && (
            <label className="labelled">
              <span>{words.provider}</span>
              <select
                className="field"
                value={kind}
                onChange={(event) => {
                  setKind(event.target.value);
                }}
              >
                {KINDS.map((one) => (
                  <option key={one} value={one}>
                    {MAIL_NAMES[one] ?? providerName(one)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <fieldset className="choice choice-column">
            <legend>{words.way}</legend>
            {ways.map((one) => (
              <label key={one}>
                <input
                  type="radio"
                  name="way"
                  checked={way === one}
                  onChange={() => {
                    setWanted(one);
                  }}
                />
                {WAY_WORDS[one]}
              </label>
            ))}
          </fieldset>
          {way === "phone" && (
            <label className="labelled">
              <span>{words.phone}</span>
              <input
                className="field"
                type="tel"
                autoComplete="tel"
                required
                value={phone}
                onChange={(event) => {
                  setPhone(event.target.value);
                }}
              />
            </label>
          )}
          {takesLimits && (
            <details className="limits">
              <summary>{words.limits}</summary>
              <p>{words.limitNext}</p>
              <Limit label={words.limitChats} value={chats} onChange={setChats} />
              <Limit label={words.limitMessages} value={messages} onChange={setMessages} />
            </details>
          )}
          <button type="submit" className="button button-strong" disabled={running.busy}>
            {words.go}
          </button>
        </form>
      )}
      <ActView
        running={running}
        arrived={arrived}
        onLink={() => {
          running.forget();
          begin("link");
        }}
      />
    </Dialog>
  );
}
