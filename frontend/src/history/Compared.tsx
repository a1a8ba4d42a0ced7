import { useMemo } from "react";

import { compareHistory } from "../api/history";
import type { HistoryRun } from "../api/schema";
import { Failure } from "../deliveries/Failure";
import { followLink, historyPath } from "../lib/router";
import { oneLine } from "../lib/text";
import { momentSince } from "../lib/time";
import { useAnswer } from "../lib/useAnswer";
import { useLive } from "../sync/client";
import { conversations } from "../sync/queries";
import { Waiting } from "../ui/Notice";
import { partsOf } from "./runs";
import { words } from "./words";

const number = (value: number): string => value.toLocaleString("en");

const signed = (value: number): string => `${value > 0 ? "+" : value < 0 ? "−" : ""}${number(Math.abs(value))}`;

function figuresOf(run: HistoryRun): readonly (readonly [name: string, count: number])[] {
  return [
    [words.found, run.found],
    ...partsOf(run).map(([part, count]) => [words[part], count] as const),
    [words.chats, run.chats_found],
    [words.people, run.people_found],
    [words.calls, run.calls],
  ];
}

/** Two copies of one account side by side. */
export function Compared({ mine, other }: { readonly mine: HistoryRun; readonly other: HistoryRun }) {
  const { value, error, again } = useAnswer(`${mine.id} ${other.id}`, (signal) => compareHistory(mine.id, other.id, signal));
  const now = new Date();
  const copies = [mine, other].map((run) => words.runLine(momentSince(Date.parse(run.created_at), now), run.trigger));
  const beside = new Map(figuresOf(other));
  const chats = value?.compared_with?.chats;
  const idOf = useMemo(() => new Map(value?.chats.map(({ external_id, chat_id }) => [external_id, chat_id])), [value]);
  const ids = useMemo(() => (chats ?? []).flatMap(({ external_id }) => idOf.get(external_id) ?? []), [chats, idOf]);
  const names = new Map(useLive(conversations, ids)?.map((row) => [row.id, row.name]));
  return (
    <>
      <h3>{words.compareTitle}</h3>
      <div className="history-table history-copies" tabIndex={0} role="region" aria-label={words.compareTitle}>
        <table>
          <thead>
            <tr>
              <td />
              {[...copies, words.difference].map((head, index) => (
                <th key={`${index} ${head}`} scope="col" className="history-number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {figuresOf(mine).map(([name, count]) => (
              <tr key={name}>
                <th scope="row" className="history-figure">
                  {name}
                </th>
                <td className="history-number">{number(count)}</td>
                <td className="history-number">{number(beside.get(name) ?? 0)}</td>
                <td className="history-number">{signed(count - (beside.get(name) ?? 0))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {error !== undefined && <Failure error={error} onRetry={again} />}
      {value === undefined && error === undefined && <Waiting label={words.waiting} />}
      {chats?.length === 0 && <p>{words.sameChats}</p>}
      {chats !== undefined && chats.length > 0 && (
        <>
          <p>{words.otherChats(chats.length)}</p>
          <ul className="history-refusals">
            {chats.map(({ external_id, title, found, found_before }) => (
              <li key={external_id}>
                <bdi>{oneLine(names.get(idOf.get(external_id) ?? "") ?? title, 80) || words.untitled}</bdi>:{" "}
                {[found, found_before].map((count) => (count === null ? words.notThere : number(count))).join(" / ")}
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        <a href={historyPath(mine.channel_id, { run: mine.id })} onClick={followLink}>
          {words.closeComparison}
        </a>
      </p>
    </>
  );
}
