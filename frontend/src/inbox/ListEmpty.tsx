import { ACCOUNTS_PATH, followLink } from "../lib/router";
import { oneLine } from "../lib/text";
import { words } from "../lib/words";
import { useClient, useLive, useSyncStatus } from "../sync/client";
import { type ListFilter } from "../sync/conversationList";
import { channels } from "../sync/queries";
import { Notice, Waiting } from "../ui/Notice";

interface ListEmptyProps {
  /** Null while the local list itself is still being read. */
  readonly filter: ListFilter | null;
  readonly complete: boolean;
  readonly onShowAll: () => void;
}

/** Why the list shows nothing, and what to do about it. */
export function ListEmpty({ filter, complete, onShowAll }: ListEmptyProps) {
  const { engine, demo } = useClient();
  const status = useSyncStatus();
  const accounts = useLive(channels);
  const filtered = filter !== null && (filter.name !== "" || filter.unreadOnly || filter.shelf !== "inbox");

  if (status.firstLoad && status.phase === "offline") {
    const refusal = status.refusal;
    const why = refusal === null ? words.login.unreachable : refusal.message;
    const id = refusal?.requestId == null ? "" : ` (${refusal.requestId})`;
    return (
      <Notice tone="error" title={words.list.failed} next={why + id}>
        <button
          type="button"
          className="button"
          onClick={() => {
            engine.wake();
          }}
        >
          {words.retry}
        </button>
      </Notice>
    );
  }
  if (status.firstLoad || filter === null || accounts === undefined) return <Waiting label={words.list.loading} />;
  if (filtered) {
    const title = filter.name === "" ? words.list.noUnread : words.list.noMatch(oneLine(filter.name, 60));
    return (
      <Notice title={title} next={filter.name !== "" && !complete ? words.list.noMatchPartial : undefined}>
        <button type="button" className="button" onClick={onShowAll}>
          {words.showAll}
        </button>
      </Notice>
    );
  }
  if (accounts.length === 0) {
    return (
      <Notice title={words.list.noChannel} next={words.list.noChannelNext}>
        <a href={ACCOUNTS_PATH} className="button" onClick={followLink}>
          {words.list.toAccounts}
        </a>
      </Notice>
    );
  }
  return <Notice title={words.list.empty} next={demo ? words.list.emptyDemo : words.list.emptyNext} />;
}
