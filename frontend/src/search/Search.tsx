import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";

import type { Conversation, Hit } from "../api/types";
import { conversationPath, leaveConversation, navigate, searchPath } from "../lib/router";
import { calendarDay } from "../lib/time";
import { useDay } from "../lib/useDay";
import { words } from "../lib/words";
import { useLive } from "../sync/client";
import { channels } from "../sync/queries";
import { Icon } from "../ui/icons";
import { Notice, Waiting } from "../ui/Notice";
import { Operators } from "./Operators";
import { ChatOption, HitOption, optionId } from "./options";
import { Status } from "./Status";
import { useSearch } from "./useSearch";
import { searchWords } from "./words";
import "./search.css";

/** More is fetched this far before the end comes into view. */
const AHEAD_PX = 800;
const LISTBOX = "search-results";

/** Where the list stood when a result was opened: coming back finds it so. */
const left = { q: "", scrollTop: 0, active: -1 };

interface Shown {
  readonly chats: readonly Conversation[];
  readonly hits: readonly { readonly hit: Hit; readonly chat: Conversation }[];
}

export default function Search({ q }: { readonly q: string }) {
  const input = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const opener = useRef<Element | null>(null);
  const [active, setActive] = useState(left.q === q ? left.active : -1);
  const state = useSearch(q);
  const accounts = useLive(channels) ?? [];
  const now = useDay();
  const { results, early, busy, refused, failed } = state;

  const current = results?.q === q || busy ? results : null;
  const answered = results?.q === q;
  const shown: Shown = {
    chats: answered || early.length === 0 ? (current?.chats ?? []) : early,
    hits: (current?.hits ?? []).flatMap((hit) => {
      const chat = current?.conversations.get(hit.conversation_id);
      return chat === undefined ? [] : [{ hit, chat }];
    }),
  };
  const count = q.trim() === "" ? 0 : shown.chats.length + shown.hits.length;

  useEffect(() => {
    opener.current = document.activeElement;
    input.current?.focus();
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== "/" || event.target === input.current || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      // Outside of the inbox, which finds its own focus again.
      if (opener.current instanceof HTMLElement && opener.current !== document.body) opener.current.focus();
    };
  }, []);

  useLayoutEffect(() => {
    if (left.q === q && scroller.current !== null) scroller.current.scrollTop = left.scrollTop;
  }, [q]);

  const type = (typed: string): void => {
    left.q = typed;
    left.scrollTop = 0;
    left.active = -1;
    setActive(-1);
    if (scroller.current !== null) scroller.current.scrollTop = 0;
    navigate(searchPath(typed), "replace");
  };

  const open = (index: number): void => {
    const chat = shown.chats[index];
    const found = shown.hits[index - shown.chats.length];
    opener.current = null;
    Object.assign(left, { q, scrollTop: scroller.current?.scrollTop ?? 0, active: index });
    if (chat !== undefined) navigate(conversationPath(chat.id));
    else if (found !== undefined) navigate(conversationPath(found.hit.conversation_id, found.hit.message_id));
  };

  const move = (index: number): void => {
    const next = Math.max(0, Math.min(count - 1, index));
    setActive(next);
    document.getElementById(optionId(next))?.scrollIntoView({ block: "nearest" });
    if (next >= count - 5) state.more();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => {
        move(active + 1);
      },
      ArrowUp: () => {
        move(active - 1);
      },
      Enter: () => {
        open(Math.max(0, active));
      },
      Escape: leaveConversation,
    };
    const action = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (action === undefined || (count === 0 && event.key !== "Escape")) return;
    event.preventDefault();
    action();
  };

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null) return;
    if (element.scrollHeight - element.scrollTop - element.clientHeight < AHEAD_PX) state.more();
  };

  const choose = (operator: string): void => {
    type(`${q}${q === "" || q.endsWith(" ") ? "" : " "}${operator}`);
    input.current?.focus();
  };

  const nothing = answered && count === 0 && !busy;
  return (
    <main className="search" onKeyDown={onKeyDown}>
      <h1 className="hidden">{words.search}</h1>
      <header className="search-head">
        <button type="button" className="icon-button" aria-label={searchWords.back} onClick={leaveConversation}>
          <Icon name="back" />
        </button>
        <label className="find">
          <Icon name="search" size={16} />
          <input
            ref={input}
            type="text"
            inputMode="search"
            role="combobox"
            aria-label={searchWords.label}
            aria-expanded={count > 0}
            aria-controls={LISTBOX}
            aria-autocomplete="list"
            aria-activedescendant={active >= 0 && active < count ? optionId(active) : undefined}
            aria-invalid={refused !== null}
            aria-describedby="search-status"
            value={q}
            placeholder={searchWords.placeholder}
            autoComplete="off"
            spellCheck={false}
            maxLength={500}
            onChange={(event) => {
              type(event.target.value);
            }}
          />
          {q !== "" && (
            <button
              type="button"
              className="icon-button"
              aria-label={searchWords.clear}
              onClick={() => {
                type("");
                input.current?.focus();
              }}
            >
              <Icon name="close" size={16} />
            </button>
          )}
        </label>
      </header>
      <Status state={state} q={q} />
      <div ref={scroller} className="search-body" onScroll={onScroll}>
        {count > 0 && (
          <div id={LISTBOX} role="listbox" aria-label={searchWords.results} aria-busy={busy} className="search-column">
            {shown.chats.length > 0 && (
              <div role="group" aria-label={searchWords.chats}>
                <h2 aria-hidden="true">{searchWords.chats}</h2>
                {shown.chats.map((chat, index) => (
                  <ChatOption
                    key={chat.id}
                    chat={chat}
                    member={current?.members.get(chat.id)}
                    account={accounts.length > 1 ? (accounts.find((one) => one.id === chat.channel_id)?.name ?? null) : null}
                    now={now}
                    index={index}
                    active={index === active}
                    onOpen={open}
                  />
                ))}
              </div>
            )}
            {shown.hits.length > 0 && (
              <div role="group" aria-label={searchWords.messages}>
                <h2 aria-hidden="true">{searchWords.messages}</h2>
                {shown.hits.map(({ hit, chat }, index) => (
                  <HitOption
                    key={hit.message_id}
                    hit={hit}
                    chat={chat}
                    now={now}
                    index={shown.chats.length + index}
                    active={shown.chats.length + index === active}
                    onOpen={open}
                  />
                ))}
              </div>
            )}
            <End state={state} />
          </div>
        )}
        {failed !== null && (
          <Notice tone="error" title={searchWords.failed} next={failed}>
            <button type="button" className="button" onClick={state.retry}>
              {searchWords.retry}
            </button>
          </Notice>
        )}
        {busy && count === 0 && <Waiting label={searchWords.loading} />}
        {nothing && <Notice title={searchWords.nothing(q.trim())} next={searchWords.nothingNext} />}
        {q.trim() === "" && <Notice title={searchWords.start} next={searchWords.startNext} />}
        {(q.trim() === "" || nothing || refused !== null) && <Operators onChoose={choose} />}
      </div>
    </main>
  );
}

/** Below the last result: what is going on there, and how far the search went. */
function End({ state }: { readonly state: ReturnType<typeof useSearch> }) {
  const { results, busy, moreFailed, more } = state;
  if (results === null || busy) return null;
  if (moreFailed) {
    return (
      <p className="search-end" role="alert">
        {searchWords.moreFailed}{" "}
        <button type="button" className="text-button" onClick={more}>
          {searchWords.retry}
        </button>
      </p>
    );
  }
  if (results.nextCursor !== null) return <Waiting label={searchWords.more} />;
  if (results.reach === null) return null;
  const { conversations, since } = results.reach;
  return <p className="search-end">{searchWords.reach(conversations, since == null ? null : calendarDay(since))}</p>;
}
