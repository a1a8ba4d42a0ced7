import { useState } from "react";

import { checkNow } from "../api/comparisons";
import { ApiError } from "../api/http";
import type { Id } from "../api/types";
import { momentSince } from "../lib/time";
import { words } from "../lib/words";
import { newClientId } from "../sync/acts";
import type { GapSpan, Recovered } from "./marks";
import { gapWords } from "./words";

/** The state in which looking again is of use. */
const LOADABLE: ReadonlySet<GapSpan["state"]> = new Set(["waiting", "held", "failed"]);

/** How the check goes, and a way to ask for it where that is of use. */
function Check({ state, channelId }: { readonly state: GapSpan["state"]; readonly channelId: Id }) {
  const [asked, setAsked] = useState<GapSpan["state"] | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const load = (): void => {
    setAsked(state);
    setRefusal(null);
    checkNow(newClientId(), channelId).catch((error: unknown) => {
      setAsked(null);
      setRefusal(error instanceof ApiError ? error.message : words.login.unreachable);
    });
  };
  const isAsked = asked === state;
  return (
    <>
      <span role="status">{refusal ?? (isAsked ? gapWords.asked : gapWords.next[state])}</span>{" "}
      {LOADABLE.has(state) && !isAsked && (
        <button type="button" className="text-button" onClick={load}>
          {gapWords.load}
        </button>
      )}
    </>
  );
}

interface GapMarkProps {
  readonly span: GapSpan;
  readonly channelId: Id;
  readonly now: Date;
}

/** Stands in a thread where something may be missing. */
function GapMark({ span, channelId, now }: GapMarkProps) {
  return (
    <div className="gap-mark" role="note">
      <span>{gapWords.missing(span, (at) => momentSince(Date.parse(at), now))}</span>{" "}
      <Check state={span.state} channelId={channelId} />
    </div>
  );
}

/** Stands over a thread where something may be missing further up than is drawn. */
export function GapAbove({ state, channelId }: { readonly state: GapSpan["state"]; readonly channelId: Id }) {
  return (
    <p className="gap-above" role="note">
      <span>{gapWords.above}</span> <Check state={state} channelId={channelId} />
    </p>
  );
}

interface GapsProps {
  readonly spans: readonly GapSpan[];
  readonly channelId: Id;
  readonly now: Date;
}

export function Gaps({ spans, ...where }: GapsProps) {
  return spans.map((span) => <GapMark key={span.startsAt} span={span} {...where} />);
}

/** Stands above messages that no delivery brought. */
export function RecoveredMark({ recovered }: { readonly recovered: Recovered }) {
  return (
    <div className="gap-mark" role="note">
      {gapWords.recovered(recovered)}
    </div>
  );
}
