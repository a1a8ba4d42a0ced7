import { useState } from "react";

import { getSetup } from "../api/setup";
import type { Channel, Id } from "../api/types";
import { ACCOUNTS_PATH, followLink, INBOX_PATH, navigate, SETUP_PATH, useAddressQuery } from "../lib/router";
import { useLive, useSyncStatus } from "../sync/client";
import { channels } from "../sync/queries";
import { Icon } from "../ui/icons";
import { Notice, Waiting } from "../ui/Notice";
import { AccountCard } from "./AccountCard";
import "./accounts.css";
import { Alarms } from "./Alarms";
import { ConnectDialog } from "./ConnectDialog";
import { SetupSteps } from "./setup/SetupSteps";
import { useAsked } from "./setup/useAsked";
import { setupWords } from "./setup/words";
import { useNow } from "./useNow";
import { words } from "./words";

/** The figures are asked for anew after news, but not after each, and when the server has counted again. */
const NEWS_EVERY_MS = 5_000;
const COUNTED_EVERY_MS = 60_000;

type Connecting = { readonly again: Channel | null; readonly known: readonly Id[] } | null;

/** The accounts: how each is, with the evidence for it, and what can be done. */
export default function Accounts() {
  const all = useLive(channels);
  const { phase, freshAt } = useSyncStatus();
  const [connecting, setConnecting] = useState<Connecting>(null);
  const [kept, setKept] = useState(0);
  const minute = useNow(COUNTED_EVERY_MS).getTime();
  const query = new URLSearchParams(useAddressQuery());
  const asksForSetup = query.has("setup");
  const wantedId = query.get("account");
  const { answer: setup, failed: setupFailed } = useAsked(getSetup, `${kept} ${all?.length ?? 0}`);
  const live = phase === "live" ? `${minute} ${Math.floor((freshAt ?? 0) / NEWS_EVERY_MS)}` : "";
  const round = phase === "offline" ? null : live;
  const shown = (all ?? []).toSorted((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  const mayConnect = setup?.may_set_up === true || shown.some(({ role }) => role === "owner");
  const missing = setup?.upstream === "missing";
  const isDemo = setup?.upstream === "demo";
  const isUnfinished = setup !== null && setup.may_set_up && !isDemo && setup.next !== null && (setup.accounts === 0 || missing);
  const showsSetup = setup !== null && mayConnect && (asksForSetup || isUnfinished);
  const add = (): void => {
    setConnecting({ again: null, known: shown.map(({ id }) => id) });
  };
  return (
    <main className="accounts">
      <header className="accounts-head">
        <button
          type="button"
          className="icon-button phone-only"
          aria-label={words.backToInbox}
          onClick={() => {
            navigate(INBOX_PATH);
          }}
        >
          <Icon name="back" />
        </button>
        <h1>{words.title}</h1>
        {mayConnect && setup !== null && !showsSetup && (
          <button
            type="button"
            className="icon-button"
            aria-label={setupWords.open}
            title={setupWords.open}
            onClick={() => {
              navigate(SETUP_PATH);
            }}
          >
            <Icon name="setup" />
          </button>
        )}
        {mayConnect && !missing && (
          <button type="button" className="button button-strong" onClick={add}>
            {words.add}
          </button>
        )}
      </header>
      {phase === "offline" && (
        <p className="offline-line" role="status">
          {words.offline}
        </p>
      )}
      <Alarms channels={shown} />
      {setupFailed && setup === null && <p className="setup-line">{setupWords.failed}</p>}
      {isDemo && !showsSetup && (
        <p className="setup-line">
          {setupWords.demo}{" "}
          {setup.may_set_up && (
            <a href={SETUP_PATH} onClick={followLink}>
              {setupWords.ownAccounts}
            </a>
          )}
        </p>
      )}
      {missing && !setup.may_set_up && <p className="setup-line">{setupWords.owner}</p>}
      {showsSetup && (
        <SetupSteps
          setup={setup}
          onKept={() => {
            setKept(kept + 1);
            // The steps stay until they are closed, though the next may be another's to do.
            navigate(SETUP_PATH, "replace");
          }}
          onConnect={add}
          onClose={
            isUnfinished
              ? null
              : () => {
                  navigate(ACCOUNTS_PATH, "replace");
                }
          }
        />
      )}
      {all === undefined && <Waiting label={words.waiting} />}
      {all?.length === 0 && !missing && <Notice title={words.none} next={mayConnect ? words.noneNext : words.noneMember} />}
      <ul className="account-cards">
        {shown.map((channel) => (
          <AccountCard
            key={channel.id}
            channel={channel}
            round={round}
            isWanted={channel.id === wantedId}
            onReconnect={() => {
              setConnecting({ again: channel, known: [] });
            }}
          />
        ))}
      </ul>
      {connecting !== null && (
        <ConnectDialog
          again={connecting.again}
          arrived={connecting.again === null && shown.some(({ id }) => !connecting.known.includes(id))}
          onClose={() => {
            setConnecting(null);
          }}
        />
      )}
    </main>
  );
}
