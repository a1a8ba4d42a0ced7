import { useMemo, useState } from "react";

import { listHistoryChats } from "../api/history";
import type { HistoryChat, HistoryRun } from "../api/schema";
import { Failure } from "../deliveries/Failure";
import { conversationPath, followLink } from "../lib/router";
import { oneLine } from "../lib/text";
import { listTime } from "../lib/time";
import { useAnswer } from "../lib/useAnswer";
import { useTicks } from "../lib/useTicks";
import { useLive } from "../sync/client";
import { conversations } from "../sync/queries";
import { Waiting } from "../ui/Notice";
import { Coverage } from "./Coverage";
import { isUnfinished } from "./runs";
import { words } from "./words";

/** The bars move each second; a table that is being read need not. */
const EVERY_MS = 3_000;

interface Chats {
  readonly items: readonly HistoryChat[];
  readonly hasMore: boolean;
}

/** So many pages of the table from its beginning, as they are now. */
async function pagesOf(runId: string, count: number, signal: AbortSignal): Promise<Chats> {
  const items: HistoryChat[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < count && (page === 0 || cursor !== null); page += 1) {
    const answer = await listHistoryChats(runId, cursor, signal);
    items.push(...answer.items);
    cursor = answer.next_cursor;
  }
  return { items, hasMore: cursor !== null };
}

interface RowProps {
  readonly chat: HistoryChat;
  /** What it is called here; upstream has a title of groups only. */
  readonly name: string | undefined;
  readonly now: Date;
}

function Row({ chat, name, now }: RowProps) {
  const { chat_id, oldest_at, newest_at } = chat;
  const called = oneLine(name ?? chat.title, 80) || words.untitled;
  const title = <bdi>{called}</bdi>;
  const counts = [chat.found, chat.stored, chat.changed, chat.known, chat.refused];
  return (
    <tr>
      <th scope="row">
        {chat_id === null ? (
          title
        ) : (
          <a href={conversationPath(chat_id)} onClick={followLink}>
            {title}
          </a>
        )}
      </th>
      {counts.map((count, index) => (
        <td key={words.chatHead[index + 1]} className="history-number">
          {count.toLocaleString("en")}
        </td>
      ))}
      <td>{oldest_at === null || newest_at === null ? "–" : `${listTime(oldest_at, now)} – ${listTime(newest_at, now)}`}</td>
      <td>
        <Coverage chat={chat} name={called} now={now} />
      </td>
    </tr>
  );
}

/** What a run found of each chat. */
export function ChatTable({ run }: { readonly run: HistoryRun }) {
  const [pages, setPages] = useState(1);
  const { value, error, waiting, again } = useAnswer(`${pages} ${run.state}`, (signal) => pagesOf(run.id, pages, signal));
  const [last, setLast] = useState(value);
  if (value !== undefined && value !== last) setLast(value);
  useTicks(isUnfinished(run) ? EVERY_MS : null, () => {
    if (!waiting) again();
  });
  const ids = useMemo(() => (last?.items ?? []).flatMap(({ chat_id }) => chat_id ?? []), [last]);
  const here = useLive(conversations, ids);
  const names = new Map(here?.map((row) => [row.id, row.name]));
  const now = new Date();
  return (
    <>
      <h3>{words.perChat}</h3>
      {error !== undefined && <Failure error={error} onRetry={again} />}
      {last === undefined && error === undefined && <Waiting label={words.waiting} />}
      {last?.items.length === 0 && <p>{words.noChats}</p>}
      {last !== undefined && last.items.length > 0 && (
        <div className="history-table" tabIndex={0} role="region" aria-label={words.perChat}>
          <table>
            <thead>
              <tr>
                {words.chatHead.map((head, index) => (
                  <th key={head} scope="col" className={index > 0 && index < 6 ? "history-number" : undefined}>
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {last.items.map((chat) => (
                <Row key={chat.external_id} chat={chat} name={names.get(chat.chat_id ?? "")} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {last?.hasMore === true && (
        <p>
          <button
            type="button"
            className="text-button"
            disabled={waiting}
            onClick={() => {
              setPages(pages + 1);
            }}
          >
            {words.more}
          </button>
        </p>
      )}
    </>
  );
}
