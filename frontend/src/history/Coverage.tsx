import type { HistoryChat } from "../api/schema";
import { listTime } from "../lib/time";
import { chatShare } from "./runs";
import { words } from "./words";

interface CoverageProps {
  readonly chat: HistoryChat;
  readonly name: string;
  readonly now: Date;
}

function coverageWords({ is_whole: isWhole, state, covered_since: since }: HistoryChat, now: Date): string {
  if (isWhole) return words.whole;
  const goesOn = state === "copying" || state === "waiting";
  return since === null || goesOn ? words.chatState[state] : words.since(listTime(since, now));
}

/** How much of a chat is here, drawn and in words. */
export function Coverage({ chat, name, now }: CoverageProps) {
  const said = coverageWords(chat, now);
  return (
    <span className={chat.is_whole ? "history-coverage history-whole" : "history-coverage"}>
      <progress className="history-progress" aria-label={words.coverage(name)} aria-valuetext={said} value={chatShare(chat) ?? undefined} max={1} />
      {said}
    </span>
  );
}
