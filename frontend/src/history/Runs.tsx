import type { HistoryRun } from "../api/schema";
import type { Id } from "../api/types";
import { followLink, historyPath } from "../lib/router";
import { momentSince } from "../lib/time";
import { words } from "./words";

interface RunsProps {
  readonly runs: readonly HistoryRun[];
  readonly shown: HistoryRun;
  readonly channelId: Id;
}

/** The copies that were made, newest first; any two can be compared. */
export function Runs({ runs, shown, channelId }: RunsProps) {
  if (runs.length < 2) return null;
  const now = new Date();
  return (
    <>
      <h3>{words.runs}</h3>
      <ul className="history-runs">
        {runs.map((run) => (
          <li key={run.id} aria-current={run === shown ? "true" : undefined}>
            <p>
              <b>{words.runLine(momentSince(Date.parse(run.created_at), now), run.trigger)}</b>
              <small>{words.runFound(run)}</small>
            </p>
            {run !== shown && (
              <span className="history-run-ways">
                <a href={historyPath(channelId, { run: run.id })} onClick={followLink}>
                  {words.show}
                </a>
                <a href={historyPath(channelId, { run: shown.id, with: run.id })} onClick={followLink}>
                  {words.compare}
                </a>
              </span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
