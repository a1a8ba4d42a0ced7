import { useRef, useState } from "react";
import { flushSync } from "react-dom";

import { totalDeliveries } from "../api/ledger";
import { INBOX_PATH, navigate } from "../lib/router";
import { useAnswer } from "../lib/useAnswer";
import { useLive, useSyncStatus } from "../sync/client";
import { channels } from "../sync/queries";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import { Calls } from "./Calls";
import { Causes } from "./Causes";
import "./detail.css";
import "./deliveries.css";
import { DeliveryDetail } from "./DeliveryDetail";
import { DeliveryList } from "./DeliveryList";
import { FilterBar } from "./FilterBar";
import { useNavigation, type Navigation, type Tab } from "./filter";
import { ReplayDialog } from "./ReplayDialog";
import { Replays } from "./Replays";
import { Totals } from "./Totals";
import { useDeliveries } from "./useDeliveries";
import { words } from "./words";

const TABS: readonly Tab[] = ["all", "causes", "replays", "calls"];

function BackToInbox() {
  return (
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
  );
}

function All({ place, go, narrow }: Navigation) {
  const { filter } = place;
  const list = useDeliveries(filter);
  const everyOutcome = { ...filter, outcome: null };
  const totals = useAnswer(JSON.stringify(everyOutcome), (signal) => totalDeliveries(everyOutcome, signal));
  const split = useRef<HTMLDivElement>(null);
  // What was pressed is gone with the details: the focus goes back to their row.
  const close = (): void => {
    const id = place.delivery;
    flushSync(() => {
      go({ delivery: null });
    });
    const rows = split.current?.querySelectorAll<HTMLElement>("[data-delivery]") ?? [];
    [...rows].find((row) => row.dataset["delivery"] === id)?.focus();
  };
  const renew = (): void => {
    list.first.again();
    totals.again();
  };
  return (
    <>
      <div className="totals-line">
        {totals.value !== undefined && (
          <Totals
            totals={totals.value}
            outcome={filter.outcome}
            onOutcome={(outcome) => {
              narrow({ outcome });
            }}
          />
        )}
      </div>
      <FilterBar filter={filter} narrow={narrow} />
      <div
        ref={split}
        className={`deliveries-split ${place.delivery === null ? "" : "deliveries-reading"}`}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || place.delivery === null) return;
          event.preventDefault();
          close();
        }}
      >
        <DeliveryList place={place} list={list} go={go} narrow={narrow} onRenew={renew} />
        {place.delivery !== null && (
          <ErrorBoundary key={place.delivery}>
            <DeliveryDetail id={place.delivery} go={go} onChanged={renew} onClose={close} />
          </ErrorBoundary>
        )}
      </div>
    </>
  );
}

/** What came in, what became of it, and folding it again: for owners and admins of an account. */
export function Deliveries() {
  const navigation = useNavigation();
  const { place, go } = navigation;
  const accounts = useLive(channels);
  const { phase } = useSyncStatus();
  const [replaying, setReplaying] = useState(false);
  const mayLook = accounts === undefined || accounts.some((channel) => channel.role !== "member");
  return (
    <main className="deliveries">
      <header className="deliveries-head">
        <BackToInbox />
        <h1>{words.title}</h1>
        {mayLook && (
          <>
            <div className="chips" role="group" aria-label={words.tabsLabel}>
              {TABS.map((tab) => (
                <button
                  key={tab}
                  type="button"
                  className="chip"
                  aria-pressed={place.tab === tab}
                  onClick={() => {
                    go({ tab, delivery: null });
                  }}
                >
                  {words.tabs[tab]}
                </button>
              ))}
            </div>
            {place.tab !== "calls" && (
              <button
                type="button"
                className="button"
                onClick={() => {
                  setReplaying(true);
                }}
              >
                {words.replaySelected}
              </button>
            )}
          </>
        )}
      </header>
      {phase === "offline" && (
        <p className="offline-line" role="status">
          {words.offline}
        </p>
      )}
      {!mayLook && <Notice title={words.noRight} next={words.noRightNext} />}
      {mayLook && place.tab === "all" && <All {...navigation} />}
      {mayLook && place.tab === "causes" && <Causes place={place} go={go} />}
      {mayLook && place.tab === "replays" && <Replays />}
      {place.tab === "calls" && accounts !== undefined && mayLook && <Calls accounts={accounts} />}
      {replaying && (
        <ReplayDialog
          filter={place.filter}
          onAsked={() => {
            setReplaying(false);
            go({ tab: "replays", delivery: null });
          }}
          onClose={() => {
            setReplaying(false);
          }}
        />
      )}
    </main>
  );
}
