import { words } from "../lib/words";
import { useSyncStatus } from "../sync/client";
import { Notice, Waiting } from "../ui/Notice";
import type { ThreadWindow } from "./useThreadWindow";

/** What stands above the oldest message drawn: what is going on there, or why nothing is. */
export function ThreadEdge({ view }: { readonly view: ThreadWindow }) {
  const { phase } = useSyncStatus();
  const empty = view.messages?.length === 0;
  const failed = view.newestLoad === "failed" || view.olderLoad === "failed";
  if (view.newestLoad === "loading") return <Waiting label={words.thread.loading} />;
  if (failed && empty) {
    return (
      <Notice tone="error" title={words.thread.failed} next={phase === "offline" ? words.login.unreachable : undefined}>
        <RetryButton view={view} />
      </Notice>
    );
  }
  if (failed) {
    return (
      <p className="edge">
        {phase === "offline" ? words.thread.partial : words.thread.olderFailed} <RetryButton view={view} />
      </p>
    );
  }
  if (view.messages === undefined) return <Waiting label={words.thread.loading} />;
  if (empty && view.complete) return <Notice title={words.thread.empty} next={words.thread.emptyNext} />;
  if (view.olderLoad === "loading") return <Waiting label={words.thread.older} />;
  return null;
}

/** Below the newest message of an island. */
export function NewerEdge({ view }: { readonly view: ThreadWindow }) {
  if (view.newerLoad === "loading") return <Waiting label={words.thread.newer} />;
  if (view.newerLoad !== "failed") return null;
  return (
    <p className="edge">
      {words.thread.newerFailed} <RetryButton view={view} />
    </p>
  );
}

/** Why the message that was asked for is not shown. */
export function JumpTrouble({ view }: { readonly view: ThreadWindow }) {
  if (view.jumpLoad === "missing") {
    return (
      <p className="jump-trouble" role="alert">
        {words.thread.jumpMissing}
      </p>
    );
  }
  if (view.jumpLoad !== "failed") return null;
  return (
    <p className="jump-trouble" role="alert">
      {words.thread.jumpFailed} <RetryButton view={view} />
    </p>
  );
}

function RetryButton({ view }: { readonly view: ThreadWindow }) {
  return (
    <button type="button" className="text-button" onClick={view.retry}>
      {words.retry}
    </button>
  );
}
