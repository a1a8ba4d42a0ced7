import { useEffect } from "react";

import { getHistoryRun, listHistory } from "../api/history";
import type { HistoryRun } from "../api/schema";
import type { Channel, Id } from "../api/types";
import { ChannelBadge } from "../channels/ChannelBadge";
import { CallsOf } from "../deliveries/Calls";
import { Failure } from "../deliveries/Failure";
import { ACCOUNTS_PATH, historyPath, navigate, useAddressQuery } from "../lib/router";
import { oneLine } from "../lib/text";
import { useAnswer } from "../lib/useAnswer";
import { useTicks } from "../lib/useTicks";
import { useLive, useSyncStatus } from "../sync/client";
import { channel as readChannel } from "../sync/queries";
import { Icon } from "../ui/icons";
import { Notice, Waiting } from "../ui/Notice";
import { Checks } from "./Checks";
import { Compared } from "./Compared";
import "./history.css";
import { isUnfinished } from "./runs";
import { Runs } from "./Runs";
import { RunView } from "./RunView";
import { StartForm } from "./StartForm";
import { words } from "./words";

const EVERY_MS = 1_000;

interface FollowedProps {
  readonly known: HistoryRun;
  readonly channel: Channel;
  readonly onEnded: () => void;
}

/** A run as it is now: while it goes on the server is asked each second. */
function Followed({ known, channel, onEnded }: FollowedProps) {
  const { value, error, waiting, again } = useAnswer(known.id, (signal) => getHistoryRun(known.id, signal));
  const run = value ?? known;
  const unfinished = isUnfinished(run);
  useTicks(unfinished ? EVERY_MS : null, () => {
    if (!waiting) again();
  });
  const ended = isUnfinished(known) && !unfinished;
  useEffect(() => {
    if (ended) onEnded();
  }, [ended, onEnded]);
  return (
    <>
      {error !== undefined && <Failure error={error} onRetry={again} />}
      <RunView run={run} channel={channel} onChanged={again} />
    </>
  );
}

/** All copies of the account's history, and one of them. */
function Copies({ channel }: { readonly channel: Channel }) {
  const { id } = channel;
  const { value, error, again } = useAnswer("runs", (signal) => listHistory(id, null, signal));
  const asked = new URLSearchParams(useAddressQuery());
  if (value === undefined) {
    return error === undefined ? <Waiting label={words.waiting} /> : <Failure error={error} onRetry={again} />;
  }
  const newest = value.items[0];
  const shown = value.items.find((run) => run.id === asked.get("run")) ?? newest;
  const beside = value.items.find((run) => run.id === asked.get("with"));
  const mayStart = channel.role !== "member" && channel.status !== "deleted";
  const started = (): void => {
    navigate(historyPath(id), "replace");
    again();
  };
  if (shown === undefined || newest === undefined) {
    return (
      <>
        <Notice title={words.none} next={mayStart ? words.noneNext : words.noneMember} />
        {mayStart && <StartForm channelId={id} label={words.start} onStarted={started} />}
      </>
    );
  }
  return (
    <>
      {beside === undefined || beside === shown ? (
        <Followed key={shown.id} known={shown} channel={channel} onEnded={again} />
      ) : (
        <Compared mine={shown} other={beside} />
      )}
      <Runs runs={value.items} shown={shown} channelId={id} />
      {mayStart && !isUnfinished(newest) && (
        <details className="history-again">
          <summary>{words.again}</summary>
          <StartForm channelId={id} label={words.start} onStarted={started} />
        </details>
      )}
    </>
  );
}

/** What of an account's past is here, and whether anything is missing. */
export default function History({ channelId }: { readonly channelId: Id }) {
  const channel = useLive(readChannel, channelId);
  const { phase } = useSyncStatus();
  return (
    <main className="history">
      <header className="history-head">
        <button
          type="button"
          className="icon-button"
          aria-label={words.back}
          title={words.back}
          onClick={() => {
            navigate(ACCOUNTS_PATH);
          }}
        >
          <Icon name="back" />
        </button>
        {channel && (
          <>
            <ChannelBadge provider={channel.provider} />
            <h1>{words.title(oneLine(channel.name, 60) || words.nameless)}</h1>
          </>
        )}
      </header>
      {phase === "offline" && (
        <p className="offline-line" role="status">
          {words.offline}
        </p>
      )}
      {channel === null && <Notice title={words.missing} />}
      {channel && (
        <>
          <section className="history-section" aria-labelledby="history-copy">
            <h2 id="history-copy">{words.copy}</h2>
            <Copies channel={channel} />
          </section>
          <section className="history-section" aria-labelledby="history-checks">
            <h2 id="history-checks">{words.checks}</h2>
            <Checks channel={channel} />
          </section>
          {channel.role !== "member" && (
            <section className="history-section" aria-labelledby="history-calls">
              <h2 id="history-calls">{words.callsToday}</h2>
              <CallsOf account={channel} />
            </section>
          )}
        </>
      )}
    </main>
  );
}
