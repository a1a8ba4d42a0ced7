import type { HistoryRun } from "../api/schema";
import type { Channel } from "../api/types";
import { providerName } from "../channels/ChannelBadge";
import { ourShare, theirShare, type Share } from "./runs";
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
      <progress aria-label={label} aria-valuetext={said} value={share ?? (isMoving ? undefined : 0)} max={1} />
    </div>
  );
}

/** How far upstream is with the account, and how far we are with upstream. */
export function Bars({ run, channel }: { readonly run: HistoryRun; readonly channel: Channel }) {
  const { is_import_running: theirs, import_found, state, found, expected } = run;
  const said = theirs === null ? words.theirs.unknown : theirs ? words.theirs.running(import_found) : words.theirs.done(import_found);
  return (
    <div className="history-bars">
      <Bar label={words.theirBar(providerName(channel.provider))} share={theirShare(run)} said={said} isMoving={theirs === true} />
      <Bar
        label={words.ourBar}
        share={ourShare(run)}
        said={state === "done" ? words.oursDone(found) : words.ours(found, expected)}
        isMoving={state === "running" || state === "waiting"}
      />
    </div>
  );
}
