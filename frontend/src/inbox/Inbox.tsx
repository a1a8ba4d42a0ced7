import { lazy, Suspense, useCallback, useRef, useState } from "react";

import type { Channel, Id } from "../api/types";
import { AlarmBar } from "../channels/AlarmBar";
import { TroubledChannelsContext, useTroubledChannels } from "../channels/channelState";
import { InspectorHost } from "../inspector/InspectorHost";
import { inspect } from "../inspector/opened";
import { conversationPath, INBOX_PATH, leaveConversation, navigate, type Target } from "../lib/router";
import { screenKeys } from "../lib/screenKeys";
import { useShortcuts } from "../lib/useShortcuts";
import { words } from "../lib/words";
import { useClient, useLive } from "../sync/client";
import type { Preferences } from "../sync/device";
import { type ListFilter } from "../sync/conversationList";
import { archivedConversations, channels, unreadConversations } from "../sync/queries";
import { conversationWanted } from "../sync/outgoing";
import type { LocalConversation, LocalMessage } from "../sync/rows";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { Icon } from "../ui/icons";
import { Notice } from "../ui/Notice";
import { focusComposer } from "./composer/focusComposer";
import { ConversationList, type ListHandle } from "./ConversationList";
import { DetailsDrawer } from "./DetailsDrawer";
import { Freshness, OfflineLine } from "./Freshness";
import { loaded } from "./loaded";
import { newChatWords } from "./newChat/newChatWords";
import { PhonePlaces } from "./PhonePlaces";
import { toggleArchived, toggleMuted, toggleUnread } from "./rowMenu/rowActs";
import { UndoNotice } from "./rowMenu/UndoNotice";
import { useRowActs } from "./rowMenu/useRowActs";
import { Thread } from "./Thread";
import { useDetails } from "./useDetails";
import { useKeptFocus } from "./useKeptFocus";

const NewChat = lazy(() => loaded(import("./newChat/NewChat").then((file) => file.NewChat)));

const inspectMessage = (message: LocalMessage): void => {
  inspect(message.id);
};

const NO_ACCOUNTS: readonly Channel[] = [];

const EVERYTHING: ListFilter = { shelf: "inbox", unreadOnly: false, name: "" };

interface InboxProps {
  readonly conversationId: Id | null;
  readonly target: Target | null;
  readonly preferences: Preferences;
  readonly onHelp: () => void;
  readonly onSettings: () => void;
}

interface ChipProps {
  readonly label: string;
  readonly pressed: boolean;
  readonly onPress: () => void;
}

function Chip({ label, pressed, onPress }: ChipProps) {
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={onPress}>
      {label}
    </button>
  );
}

interface PanesProps extends InboxProps {
  readonly accounts: readonly Channel[];
}

function Panes({ conversationId, target, preferences, onHelp, onSettings, accounts }: PanesProps) {
  const [filter, setFilter] = useState(EVERYTHING);
  const details = useDetails(conversationId);
  const list = useRef<ListHandle>(null);
  const client = useClient();
  const inbox = useRef<HTMLDivElement>(null);
  useKeptFocus(inbox, conversationId, useCallback(() => list.current?.activeId() ?? null, []));
  const unread = useLive(unreadConversations) ?? 0;
  const archived = useLive(archivedConversations) ?? 0;

  const open = useCallback((id: Id) => {
    const reading = location.pathname.startsWith(conversationPath(""));
    navigate(conversationPath(id), reading ? "replace" : "push");
  }, []);
  const showAll = useCallback(() => {
    setFilter(EVERYTHING);
  }, []);
  const { acts, shelved, undo, forget } = useRowActs();
  const undoShelved = (): void => {
    undo();
    list.current?.letGo();
    list.current?.focus();
  };
  const [beginning, setBeginning] = useState<{ readonly accountNow: Id | null } | null>(null);
  const begin = useCallback(() => {
    const beside = conversationId ?? list.current?.activeId() ?? list.current?.firstId() ?? "";
    setBeginning({ accountNow: client.rows.get(beside)?.channel_id ?? null });
  }, [client, conversationId]);
  /** The conversation that is read, else the chosen one of the list. */
  const withSubject = (act: (row: LocalConversation) => void): void => {
    const row = conversationWanted(client, conversationId ?? list.current?.activeId() ?? "");
    if (row !== undefined) act(row);
  };
  const showsDetails = details.open && conversationId !== null;
  const change = (part: Partial<ListFilter>): void => {
    setFilter((before) => ({ ...before, ...part }));
  };

  useShortcuts(preferences.singleKeys, {
    ...screenKeys(onHelp, onSettings),
    next: () => list.current?.move(1),
    previous: () => list.current?.move(-1),
    open: () => list.current?.openActive(),
    openNext: () => list.current?.openNeighbour(1),
    openPrevious: () => list.current?.openNeighbour(-1),
    nextUnread: () => list.current?.moveUnread(1),
    previousUnread: () => list.current?.moveUnread(-1),
    details: () => {
      if (conversationId !== null) details.toggle();
    },
    write: focusComposer,
    inbox: () => {
      showAll();
      navigate(INBOX_PATH);
    },
    archive: () => {
      withSubject((row) => {
        toggleArchived(row, acts);
        if (conversationId !== null) leaveConversation();
        list.current?.focus();
      });
    },
    ...(shelved === null ? {} : { undo: undoShelved }),
    toggleUnread: () => {
      withSubject((row) => {
        toggleUnread(row, acts);
      });
    },
    toggleMuted: () => {
      withSubject((row) => {
        toggleMuted(row, acts, Date.now());
      });
    },
    newChat: begin,
    back: () => {
      if (showsDetails) {
        details.close();
        return;
      }
      if (conversationId !== null) leaveConversation();
      list.current?.focus();
    },
  });

  return (
    <div ref={inbox} className={`inbox ${conversationId === null ? "" : "inbox-reading"} ${showsDetails ? "inbox-details" : ""}`}>
      <AlarmBar channels={accounts} />
      <section className={`list list-${preferences.density}`} aria-label={words.list.label}>
        <header className="list-head">
          <h1>{filter.shelf === "inbox" ? words.inbox : words.archived}</h1>
          <PhonePlaces onSettings={onSettings} />
          <button type="button" className="icon-button" aria-label={newChatWords.title} title={newChatWords.title} onClick={begin}>
            <Icon name="plus" />
          </button>
        </header>
        <label className="find">
          <Icon name="search" size={16} />
          <input
            type="search"
            value={filter.name}
            placeholder={words.list.find}
            aria-label={words.list.find}
            autoComplete="off"
            spellCheck={false}
            maxLength={100}
            onChange={(event) => {
              change({ name: event.target.value });
            }}
            onKeyDown={(event) => {
              if (event.key === "Escape") {
                event.stopPropagation();
                change({ name: "" });
                list.current?.focus();
              } else if (event.key === "ArrowDown" || event.key === "Enter") {
                event.preventDefault();
                list.current?.begin(event.key === "Enter");
                list.current?.focus();
              }
            }}
          />
        </label>
        <div className="chips" role="group" aria-label={words.list.filters}>
          <Chip label={words.all} pressed={!filter.unreadOnly && filter.shelf === "inbox"} onPress={showAll} />
          <Chip
            label={unread > 0 ? `${words.unread} ${unread}` : words.unread}
            pressed={filter.unreadOnly}
            onPress={() => {
              change({ shelf: "inbox", unreadOnly: !filter.unreadOnly });
            }}
          />
          {(archived > 0 || filter.shelf === "archived") && (
            <Chip
              label={words.archived}
              pressed={filter.shelf === "archived"}
              onPress={() => {
                change({ shelf: filter.shelf === "inbox" ? "archived" : "inbox", unreadOnly: false });
              }}
            />
          )}
        </div>
        <ConversationList
          handle={list}
          filter={filter}
          openId={conversationId}
          density={preferences.density}
          onOpen={open}
          onShowAll={showAll}
          acts={acts}
        />
        <UndoNotice shelved={shelved} onUndo={undoShelved} onEnd={forget} />
        <Freshness />
      </section>
      <main className="thread">
        <OfflineLine />
        {conversationId === null ? (
          <Notice title={words.thread.none} next={preferences.singleKeys ? words.thread.noneNext : undefined} />
        ) : (
          <ErrorBoundary key={conversationId}>
            <Thread
              id={conversationId}
              target={target}
              onInspect={inspectMessage}
              preferences={preferences}
              detailsOpen={showsDetails}
              onDetails={details.toggle}
            />
          </ErrorBoundary>
        )}
      </main>
      {showsDetails && <DetailsDrawer conversationId={conversationId} onClose={details.close} />}
      {beginning !== null && (
        <Suspense>
          <NewChat
            accountNow={beginning.accountNow}
            onOpen={(id) => {
              setBeginning(null);
              open(id);
            }}
            onClose={() => {
              setBeginning(null);
            }}
          />
        </Suspense>
      )}
      <InspectorHost singleKeys={preferences.singleKeys} />
    </div>
  );
}

/** The inbox; every part of it can tell which accounts are in trouble. */
export function Inbox(props: InboxProps) {
  const accounts = useLive(channels) ?? NO_ACCOUNTS;
  return (
    <TroubledChannelsContext value={useTroubledChannels(accounts)}>
      <Panes {...props} accounts={accounts} />
    </TroubledChannelsContext>
  );
}
