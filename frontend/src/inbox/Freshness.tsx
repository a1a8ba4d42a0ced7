import { momentSince } from "../lib/time";
import { words } from "../lib/words";
import { useSyncStatus } from "../sync/client";
import { useWaitingCount } from "../sync/outgoing";
import type { SyncStatus } from "../sync/status";
import { Refused } from "./rowMenu/Refused";

export function freshnessWords(status: SyncStatus, now: Date): string {
  const { phase, offlineSince, freshAt } = status;
  if (phase === "live") return words.fresh.live;
  const showing = freshAt === null ? null : words.fresh.showing(momentSince(freshAt, now));
  if (phase === "connecting") return showing === null ? words.fresh.connecting : `${words.fresh.connecting} ${showing}`;
  if (phase === "catching-up") return words.fresh.catchingUp;
  const since = offlineSince === null ? words.fresh.offline : words.fresh.offlineSince(momentSince(offlineSince, now));
  return `${since}, ${showing ?? words.fresh.nothing}`;
}

const TROUBLE = {
  "wrong-origin": words.fresh.wrongOrigin,
  "storage-full": words.fresh.storageFull,
  "storage-taken": words.fresh.storageTaken,
} as const;

/** On a phone the thread hides the list and its foot: being offline must still be in sight. */
export function OfflineLine() {
  const status = useSyncStatus();
  if (status.phase !== "offline") return null;
  return <p className="offline-line phone-only">{freshnessWords(status, new Date())}</p>;
}

/** How current the screen is, always in sight at the foot of the list. */
export function Freshness() {
  const status = useSyncStatus();
  const waiting = useWaitingCount();
  return (
    <footer className={`fresh fresh-${status.phase}`}>
      {status.trouble !== null && (
        <p className="trouble" role="alert">
          {TROUBLE[status.trouble]}
        </p>
      )}
      <Refused />
      <p role="status">
        <span className="dot" aria-hidden="true" />
        {freshnessWords(status, new Date())}
        {status.phase === "offline" && waiting > 0 && ` · ${words.fresh.waiting(waiting)}`}
      </p>
      {status.updateReady && (
        <p>
          {words.fresh.updateReady}{" "}
          <button
            type="button"
            className="text-button"
            onClick={() => {
              location.reload();
            }}
          >
            {words.reload}
          </button>
        </p>
      )}
    </footer>
  );
}
