import { actOnHistory, historyReportAddress, type HistoryAct } from "../api/history";
import type { HistoryRun } from "../api/schema";
import type { Channel } from "../api/types";
import { calendarDay, momentSince } from "../lib/time";
import { Bars } from "./Bars";
import { ChatTable } from "./ChatTable";
import { isUnfinished, partsOf } from "./runs";
import { useActing } from "./useActing";
import { words } from "./words";

const day = (at: string | null): string => (at === null ? words.nothing : calendarDay(at));

function Facts({ run }: { readonly run: HistoryRun }) {
  const { rate_per_second: rate, seconds_left: left } = run;
  const pace = [
    [words.rate, rate === null ? words.unknown : words.ratePerSecond(rate)],
    [words.left, left === null ? words.unknown : words.leftAbout(left)],
  ];
  const facts = [
    ...(run.state === "running" ? pace : []),
    [words.calls, words.callsUsed(run.calls, run.calls_left)],
    [words.chats, run.chats_found.toLocaleString("en")],
    [words.people, run.people_found.toLocaleString("en")],
    [words.newest, day(run.newest_at)],
    [words.oldest, day(run.oldest_at)],
    [words.depth, words.depthOf(run.since === null ? null : calendarDay(run.since))],
    [words.media, words.medias[run.media]],
  ];
  return (
    <dl className="history-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What was found, as a sum that can be checked, with the reasons for what was not stored. */
function Sum({ run }: { readonly run: HistoryRun }) {
  return (
    <div role="group" aria-label={words.sum}>
      <p className="history-sum">
        <span>
          <b>{run.found.toLocaleString("en")}</b> {words.found}
        </span>
        {partsOf(run).map(([part, count], index) => (
          <span key={part}>
            {index === 0 ? "= " : "+ "}
            <b>{count.toLocaleString("en")}</b> {words[part]}
          </span>
        ))}
      </p>
      {run.refused.length > 0 && (
        <ul className="history-refusals" aria-label={words.refusals}>
          {run.refused.map(({ reason, count }) => (
            <li key={reason}>{words.refusal(count, reason)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

const ACTS: Readonly<Partial<Record<HistoryRun["state"], readonly HistoryAct[]>>> = {
  waiting: ["pause", "cancel"],
  running: ["pause", "cancel"],
  held: ["pause", "cancel"],
  paused: ["resume", "cancel"],
};

interface RunViewProps {
  readonly run: HistoryRun;
  readonly channel: Channel;
  readonly onChanged: () => void;
}

/** One copy of the history: how it goes, or how it went. */
export function RunView({ run, channel, onChanged }: RunViewProps) {
  const { busy, failure, act } = useActing();
  const acts = channel.role === "member" ? [] : (ACTS[run.state] ?? []);
  const until = run.held_until === null ? "" : words.heldUntil(momentSince(Date.parse(run.held_until), new Date()));
  return (
    <>
      <p className={`history-state history-${run.state}`} role="status">
        <b>{words.state(run)}</b> {run.state === "held" && until} {run.reason}
      </p>
      <Bars run={run} channel={channel} />
      {isUnfinished(run) && <p className="aside">{words.usable}</p>}
      {(acts.length > 0 || failure !== null) && (
        <p className="button-row">
          {acts.map((one) => (
            <button
              key={one}
              type="button"
              className={one === "resume" ? "button button-strong" : "button"}
              disabled={busy}
              onClick={() => {
                act(() => actOnHistory(run.id, one), onChanged);
              }}
            >
              {words[one]}
            </button>
          ))}
          {failure !== null && (
            <span className="field-error" role="alert">
              {failure}
            </span>
          )}
        </p>
      )}
      <Facts run={run} />
      <Sum run={run} />
      <p>
        <a href={historyReportAddress(run.id)} download>
          {words.report}
        </a>{" "}
        {words.reportNote}
      </p>
      <ChatTable key={run.id} run={run} />
    </>
  );
}
