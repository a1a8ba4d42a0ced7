import { useEffect, useState } from "react";

import { checkNow, comparisonReportAddress, getComparisonReport, listComparisons } from "../api/comparisons";
import type { Comparison } from "../api/schema";
import type { Channel } from "../api/types";
import { Failure } from "../deliveries/Failure";
import { lateness } from "../gaps/words";
import { oneLine } from "../lib/text";
import { momentSince } from "../lib/time";
import { useAnswer } from "../lib/useAnswer";
import { useTicks } from "../lib/useTicks";
import { newClientId, nightlyCheckSet } from "../sync/acts";
import { Waiting } from "../ui/Notice";
import { useActing } from "./useActing";
import { CHECK_STATE, CHECK_TRIGGER, words } from "./words";

const EVERY_MS = 1_000;

const moment = (at: string): string => momentSince(Date.parse(at), new Date());

function Report({ id }: { readonly id: Comparison["id"] }) {
  const { value, error, again } = useAnswer(id, (signal) => getComparisonReport(id, signal));
  if (error !== undefined) return <Failure error={error} onRetry={again} />;
  if (value === undefined) return <Waiting label={words.waiting} />;
  return (
    <>
      {value.chats.length > 0 && (
        <ul className="history-refusals">
          {value.chats.map(({ external_id, title, recovered }) => (
            <li key={external_id}>{words.recoveredOf(oneLine(title, 80) || words.untitled, recovered)}</li>
          ))}
        </ul>
      )}
      {value.cannot_show.length > 0 && (
        <>
          <p>{words.cannotShow}</p>
          <ul className="history-refusals">
            {value.cannot_show.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </>
      )}
      <p>
        <a href={comparisonReportAddress(id)} download>
          {words.report}
        </a>{" "}
        {words.reportNote}
      </p>
    </>
  );
}

function Outcome({ check }: { readonly check: Comparison }) {
  const [open, setOpen] = useState(false);
  if (check.part_of !== null) return check.state === "done" && <small>{words.partOf}</small>;
  const late = check.latest_by_seconds === null ? null : lateness(check.latest_by_seconds * 1000);
  return (
    <>
      <small>
        {check.state === "done" && <b>{words.recovered(check.recovered, late)}</b>}
        {check.state === "done" && " · "}
        {check.compared_to !== null && words.checkRest(check)}
      </small>
      {check.state === "done" && (
        <details
          onToggle={(event) => {
            setOpen(event.currentTarget.open);
          }}
        >
          <summary>{words.details}</summary>
          {open && <Report id={check.id} />}
        </details>
      )}
    </>
  );
}

function Check({ check }: { readonly check: Comparison }) {
  const { trigger, state, starts_at, ends_at, held_until, reason } = check;
  return (
    <li className={`check-${state}`}>
      <p>
        <b>{CHECK_TRIGGER[trigger]}</b> {words.between(moment(starts_at), ends_at === null ? null : moment(ends_at))}
      </p>
      {state !== "done" && (
        <small className="check-state">
          {CHECK_STATE[state]} {state === "held" && held_until !== null && words.heldUntil(moment(held_until))} {reason}
        </small>
      )}
      <Outcome check={check} />
    </li>
  );
}

function Nightly({ channel }: { readonly channel: Channel }) {
  const [wanted, setWanted] = useState<boolean | null>(null);
  const { failure, act } = useActing();
  return (
    <>
      <label className="switch">
        <input
          type="checkbox"
          checked={wanted ?? channel.nightly_check}
          onChange={(event) => {
            const { checked } = event.target;
            setWanted(checked);
            act(
              () =>
                nightlyCheckSet(channel.id, checked).catch((error: unknown) => {
                  setWanted(null);
                  throw error;
                }),
              () => undefined,
            );
          }}
        />
        <span>
          {words.nightly} <small>{words.nightlyNext}</small>
        </span>
      </label>
      {failure !== null && (
        <p className="field-error" role="alert">
          {failure}
        </p>
      )}
    </>
  );
}

/** What was compared with upstream, why, and what that found. */
export function Checks({ channel }: { readonly channel: Channel }) {
  const { id, version, verified_until: verified } = channel;
  const { value, error, waiting, again } = useAnswer("checks", (signal) => listComparisons(id, null, signal));
  const { busy, failure, act } = useActing();
  useEffect(() => {
    again();
  }, [version, again]);
  const underWay = value?.items.some(({ state }) => state === "running" || state === "waiting") ?? false;
  useTicks(underWay ? EVERY_MS : null, () => {
    if (!waiting) again();
  });
  return (
    <>
      <p>{verified === null ? words.notVerified : words.verified(moment(verified))}</p>
      <p className="aside">{words.checksNext}</p>
      {channel.status !== "deleted" && (
        <p className="button-row">
          <button
            type="button"
            className="button"
            disabled={busy || underWay}
            onClick={() => {
              act(() => checkNow(newClientId(), id), again);
            }}
          >
            {words.checkNow}
          </button>
          {failure !== null && (
            <span className="field-error" role="alert">
              {failure}
            </span>
          )}
        </p>
      )}
      {error !== undefined && <Failure error={error} onRetry={again} />}
      {value === undefined && error === undefined && <Waiting label={words.waiting} />}
      {value?.items.length === 0 && <p>{words.noChecks}</p>}
      {value !== undefined && value.items.length > 0 && (
        <ul className="history-checks" aria-label={words.checks}>
          {value.items.map((check) => (
            <Check key={check.id} check={check} />
          ))}
        </ul>
      )}
      {channel.role !== "member" && channel.status !== "deleted" && <Nightly channel={channel} />}
    </>
  );
}
