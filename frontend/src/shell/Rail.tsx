import { INBOX_PATH, navigate } from "../lib/router";
import { words } from "../lib/words";
import { useLive } from "../sync/client";
import { unreadConversations } from "../sync/queries";
import { Icon } from "../ui/icons";

export function Rail({ onSettings }: { readonly onSettings: () => void }) {
  const unread = useLive(unreadConversations) ?? 0;
  return (
    <nav className="rail" aria-label={words.product}>
      <a
        href={INBOX_PATH}
        className="rail-place"
        aria-current="page"
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
