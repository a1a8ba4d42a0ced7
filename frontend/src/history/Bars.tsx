import type { HistoryRun } from "../api/schema";
import type { Channel } from "../api/types";
import { providerName } from "../channels/ChannelBadge";
import { isUnfinished, ourShare, theirShare, type Share } from "./runs";
import { words } from "./words";

interface BarProps {
  readonly label: string;
  readonly share: Share;
  readonly said: string;
  /** Without a share it moves, unless nothing is going on. */
  readonly isMoving: boolean;
}

function Bar({ label, share, said, isMoving }: BarProps) {
  return (
    <div className="history-bar">
      <p>
        <b>{label}</b> <span>{said}</span>
      </p>
      <progress className="history-progress" aria-label={label} aria-valuetext={said} value={share ?? (isMoving ? undefined : 0)} max={1} />
    </div>
  );
}

/** Upstream tells the end of its import at most; a copy that has ended does not go on listening for it. */
function theirWords(run: HistoryRun): string {
  const { is_import_running: isRunning, import_found: found } = run;
  if (isRunning === null) return words.theirs.unknown;
  if (!isRunning) return words.theirs.done(found);
  return isUnfinished(run) ? words.theirs.running(found) : words.theirs.unended(found);
}

/** How far upstream is with the account, and how far we are with upstream. */
export function Bars({ run, channel }: { readonly run: HistoryRun; readonly channel: Channel }) {
  const { is_import_running: theirs, state, found, expected } = run;
  const isFollowed = isUnfinished(run);
  return (
    <div className="history-bars">
      <Bar label={words.theirBar(providerName(channel.provider))} share={theirShare(run)} said={theirWords(run)} isMoving={theirs === true && isFollowed} />
      <Bar
        label={words.ourBar}
        share={ourShare(run)}
        said={state === "done" ? words.oursDone(found) : words.ours(found, expected)}
        isMoving={state === "running" || state === "waiting"}
      />
    </div>
  );
}
