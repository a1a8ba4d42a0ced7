import { ACCOUNTS_PATH, DELIVERIES_PATH, followLink, INBOX_PATH, searchPath, type Route } from "../lib/router";
import { words } from "../lib/words";
import { useLive } from "../sync/client";
import { administersAccount, unreadConversations } from "../sync/queries";
import { Icon } from "../ui/icons";

interface RailProps {
  readonly screen: Route["screen"];
  readonly onSettings: () => void;
}

export function Rail({ screen, onSettings }: RailProps) {
  const unread = useLive(unreadConversations) ?? 0;
  const administers = useLive(administersAccount) ?? false;
  return (
    <nav className="rail" aria-label={words.product}>
      <a
        href={INBOX_PATH}
        className="rail-place"
        aria-current={screen === "inbox" ? "page" : undefined}
        aria-label={unread > 0 ? `${words.inbox}, ${words.list.unreadCount(unread)}` : words.inbox}
        title={words.inbox}
        onClick={followLink}
      >
        <Icon name="chat" />
        {unread > 0 && <span className="rail-count">{unread > 99 ? "99+" : unread}</span>}
      </a>
      <a
        href={searchPath("")}
        className="rail-place"
        aria-current={screen === "search" ? "page" : undefined}
        aria-label={words.search}
        title={words.search}
        onClick={followLink}
      >
        <Icon name="search" />
      </a>
      <a
        href={ACCOUNTS_PATH}
        className="rail-place"
        aria-current={screen === "accounts" || screen === "history" ? "page" : undefined}
        aria-label={words.accounts}
        title={words.accounts}
        onClick={followLink}
      >
        <Icon name="accounts" />
      </a>
      {administers && (
        <a
          href={DELIVERIES_PATH}
          className="rail-place"
          aria-current={screen === "deliveries" ? "page" : undefined}
          aria-label={words.deliveries}
          title={words.deliveries}
          onClick={followLink}
        >
          <Icon name="ledger" />
        </a>
      )}
      <button
        type="button"
        className="rail-place rail-last"
        aria-label={words.settings}
        title={words.settings}
        onClick={onSettings}
      >
        <Icon name="gear" />
      </button>
    </nav>
  );
}
