import { words } from "../lib/words";
import { useSyncStatus } from "../sync/client";
import { Notice, Waiting } from "../ui/Notice";
import type { Older } from "./useOlder";
import type { ThreadWindow } from "./useThreadWindow";

interface ThreadEdgeProps {
  readonly view: ThreadWindow;
  readonly older: Older;
  /** Upstream can ask the phone for what it was not given when the account was connected. */
  readonly hasPhone: boolean;
}

/** What stands above the oldest message drawn: what is going on there, or why nothing is. */
export function ThreadEdge({ view, older, hasPhone }: ThreadEdgeProps) {
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
  if (view.olderLoad === "loading") return <Waiting label={words.thread.older} />;
  if (!view.complete) return null;
  return (
    <>
      {empty && <Notice title={words.thread.empty} next={words.thread.emptyNext} />}
      <Beginning older={older} isOffline={phase === "offline"} hasPhone={hasPhone} />
    </>
  );
}

/** Above the oldest message that the server has. */
function Beginning({ older, isOffline, hasPhone }: { readonly older: Older; readonly isOffline: boolean; readonly hasPhone: boolean }) {
  const { state, mayHave, ask } = older;
  if (state.kind === "asking") return <Waiting label={state.fromPhone ? words.thread.askingPhone : words.thread.askingUpstream} />;
  const refused = state.kind === "refused";
  const phoneHasNone = state.kind === "nothing" && state.fromPhone;
  return (
    <p className="edge">
      {refused && `${state.words} `}
      {!refused && !mayHave && `${words.thread.beginning} `}
      {!refused && mayHave && isOffline && words.thread.partial}
      {phoneHasNone && words.thread.phoneHasNone}
      {refused && (
        <AskButton
          label={words.retry}
          onPress={() => {
            ask(state.fromPhone);
          }}
        />
      )}
      {!refused && mayHave && !isOffline && (
        <AskButton
          label={words.thread.askUpstream}
          onPress={() => {
            ask(false);
          }}
        />
      )}
      {!refused && !mayHave && hasPhone && !phoneHasNone && !isOffline && (
        <AskButton
          label={words.thread.askPhone}
          onPress={() => {
            ask(true);
          }}
        />
      )}
    </p>
  );
}

function AskButton({ label, onPress }: { readonly label: string; readonly onPress: () => void }) {
  return (
    <button type="button" className="text-button" onClick={onPress}>
      {label}
    </button>
  );
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
  return <AskButton label={words.retry} onPress={view.retry} />;
}
