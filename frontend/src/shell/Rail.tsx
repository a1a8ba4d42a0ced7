import { INBOX_PATH, navigate, searchPath, type Route } from "../lib/router";
import { words } from "../lib/words";
import { useLive } from "../sync/client";
import { unreadConversations } from "../sync/queries";
import { Icon } from "../ui/icons";

interface RailProps {
  readonly screen: Route["screen"];
  readonly onSettings: () => void;
}

export function Rail({ screen, onSettings }: RailProps) {
  const unread = useLive(unreadConversations) ?? 0;
  return (
    <nav className="rail" aria-label={words.product}>
      <a
        href={INBOX_PATH}
        className="rail-place"
        aria-current={screen === "inbox" ? "page" : undefined}
        aria-label={unread > 0 ? `${words.inbox}, ${words.list.unreadCount(unread)}` : words.inbox}
        title={words.inbox}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          navigate(INBOX_PATH);
        }}
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
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          navigate(searchPath(""));
        }}
      >
        <Icon name="search" />
      </a>
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
