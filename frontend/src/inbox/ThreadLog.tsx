import { Fragment, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";

import { GapAbove, Gaps, RecoveredMark } from "../gaps/GapMark";
import { gapAbove, gapPlaces, gapSpans, type GapSpan } from "../gaps/marks";
import { isTroubled } from "../channels/channelState";
import { conversationPath, navigate } from "../lib/router";
import { dayKey, dayName } from "../lib/time";
import { useDay } from "../lib/useDay";
import { words } from "../lib/words";
import { useClient, useLive, useWatchedPeople } from "../sync/client";
import { useEntries, withEntries, withWishes } from "../sync/outgoing";
import { channel as readChannel, countAfter } from "../sync/queries";
import type { LocalConversation, LocalMessage } from "../sync/rows";
import { Icon } from "../ui/icons";
import { ScrollKeeper } from "../ui/ScrollKeeper";
import { Announcer } from "./Announcer";
import { Bubble } from "./Bubble";
import { SenderFace } from "./SenderFace";
import { placeMessages } from "./grouping";
import { showInMiddle } from "./jump";
import { JumpTrouble, NewerEdge, ThreadEdge } from "./ThreadEdge";
import { MessageTools } from "./tools/MessageTools";
import { useAttention, useReading } from "./useReading";
import { useOlder } from "./useOlder";
import { threadLeave, threadReturn } from "./threadLeft";
import type { JumpTarget, ThreadWindow } from "./useThreadWindow";

/** Within this distance of the end a view counts as being at the end. */
const AT_BOTTOM_PX = 40;
/** More is fetched this far before an edge comes into view. */
const AHEAD_PX = 800;
/** Who has stayed for so long does not walk past. */
const STAYED_MS = 600;
/** Whoever scrolls up to here looks for what is older than the server has. */
const NEAR_TOP_PX = 240;

/** What has been in view for this long counts as noticed. */
const NOTICED_MS = 1_500;

const NO_MESSAGES: readonly LocalMessage[] = [];

interface ThreadLogProps {
  readonly conversation: LocalConversation;
  readonly window: ThreadWindow;
  readonly target: JumpTarget | null;
  /** How often somebody has written here since it was opened. */
  readonly written: number;
  /** Is given the newest message that has been on the screen for a while. */
  readonly seen: RefObject<string>;
  readonly singleKeys: boolean;
}

const isEarlierDay = (message: LocalMessage) => (span: GapSpan): boolean => dayKey(span.startsAt) !== dayKey(message.sent_at);

function sendersOf(messages: readonly LocalMessage[]): readonly string[] {
  const inbound = messages.filter(({ direction }) => direction !== "outbound");
  return [...new Set(inbound.map(({ sender_id }) => sender_id).filter((id) => id !== null))];
}

export function ThreadLog({ conversation, window: view, target, written, seen: watched, singleKeys }: ThreadLogProps) {
  const { id } = conversation;
  const { user } = useClient();
  const entries = useEntries(id);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const newLine = useRef<HTMLDivElement>(null);
  const stuck = useRef(false);
  const jumping = useRef(false);
  const jumped = useRef<number | null>(null);
  const lastTop = useRef(0);
  const lastHeight = useRef(0);
  const rises = useRef(false);
  const [atBottom, setAtBottom] = useState(false);
  const [placed, setPlaced] = useState(false);
  const [seen, setSeen] = useState<string | null>(null);
  const now = useDay();
  const { messages: rows, newFrom, followsNewest, extendUp, extendDown, jumpToNewest } = view;
  const newest = rows?.at(-1)?.position ?? null;
  const messages = useMemo(
    () => rows && withEntries(withWishes(rows, entries), entries, user, followsNewest),
    [rows, entries, user, followsNewest],
  );
  const channel = useLive(readChannel, conversation.channel_id) ?? null;
  const older = useOlder(conversation, view);
  const spans = useMemo(() => gapSpans(channel?.gaps ?? []), [channel]);
  const fromFirst = view.complete && !view.olderHere;
  const gaps = useMemo(
    () => gapPlaces(spans, messages ?? [], { fromFirst, toNewest: followsNewest }),
    [spans, messages, fromFirst, followsNewest],
  );
  const above = gapAbove(spans, messages ?? [], { fromFirst });
  const items = useMemo(() => placeMessages(messages ?? [], newFrom, gaps), [messages, newFrom, gaps]);
  const arrived = useLive(countAfter, id, seen ?? "\uffff") ?? 0;
  const named = conversation.kind !== "direct";
  useWatchedPeople(useMemo(() => (named ? sendersOf(messages ?? []) : []), [named, messages]));
  // Whoever opens a thread at an old message has not read the newest ones yet.
  const [nearNewest, setNearNewest] = useState(target === null);
  if (!nearNewest && placed && followsNewest) setNearNewest(true);
  useReading(conversation, placed && nearNewest, atBottom, view.setNewFrom);

  const look = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    if (jumping.current && !followsNewest) return;
    jumping.current = false;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    stuck.current = followsNewest && below <= AT_BOTTOM_PX;
    setAtBottom(stuck.current);
    if (stuck.current) setSeen(newest);
    if (element.scrollTop < AHEAD_PX) extendUp();
    if (below < AHEAD_PX) extendDown();
  }, [followsNewest, newest, extendUp, extendDown]);

  const { reach } = older;
  const lookUp = useCallback(() => {
    const element = scroller.current;
    if (element !== null && rises.current && element.scrollTop < NEAR_TOP_PX) reach();
  }, [reach]);

  const onScroll = (): void => {
    const top = scroller.current?.scrollTop ?? 0;
    rises.current = top < lastTop.current;
    lastTop.current = top;
    // A composer that grows pushes the end out of view, in the frame in which the observer below follows it: nobody has scrolled.
    if (stuck.current && scroller.current?.clientHeight !== lastHeight.current) return;
    look();
    lookUp();
  };

  // Where all of it can be seen nobody can scroll up.
  const mayAsk = channel !== null && !isTroubled(channel);
  useEffect(() => {
    const element = scroller.current;
    if (!mayAsk || messages === undefined || element === null || element.scrollHeight > element.clientHeight) return;
    const timer = setTimeout(reach, STAYED_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [mayAsk, messages, reach]);

  const ready = messages !== undefined && messages.length > 0;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!ready || placed || element === null || view.jumpLoad === "loading" || target !== null && view.jumpLoad === "idle") return;
    if (newLine.current === null) {
      if (!threadReturn(id, element)) element.scrollTop = element.scrollHeight;
    } else element.scrollTop = newLine.current.offsetTop - element.clientHeight / 4;
    setSeen(newest);
    setPlaced(true);
  }, [id, ready, placed, newest, target, view.jumpLoad]);

  useLayoutEffect(() => {
    const element = scroller.current;
    return () => {
      if (element !== null) threadLeave(id, element, stuck.current);
    };
  }, [id]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (target === null || view.jumpLoad !== "idle" || jumped.current === target.jump || element === null) return;
    if (!showInMiddle(element, target.messageId)) return;
    jumped.current = target.jump;
    stuck.current = false;
    setPlaced(true);
  }, [target, messages, view.jumpLoad]);

  const attentive = useAttention();
  useEffect(() => {
    if (!attentive || !atBottom || newest === null) return;
    const timer = setTimeout(() => {
      watched.current = newest;
    }, NOTICED_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [attentive, atBottom, newest, watched]);

  // Whoever writes looks at what was written.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (written === 0 || element === null) return;
    stuck.current = true;
    jumping.current = !followsNewest;
    if (!followsNewest) jumpToNewest();
    element.scrollTop = element.scrollHeight;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only what is written moves the view
  }, [written]);

  useEffect(() => {
    if (placed) look();
    lookUp();
  }, [placed, messages, view.complete, view.olderHere, look, lookUp]);

  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (element === null || inner === null) return;
    const observer = new ResizeObserver(() => {
      lastHeight.current = element.clientHeight;
      if (stuck.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    observer.observe(inner);
    return () => {
      observer.disconnect();
    };
  }, []);

  const toNewest = (): void => {
    stuck.current = true;
    jumping.current = true;
    jumpToNewest();
    if (target !== null) navigate(conversationPath(conversation.id), "replace");
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  };

  return (
    <div className="log-frame">
      <JumpTrouble view={view} />
      {above !== null && <GapAbove state={above} channelId={conversation.channel_id} />}
      <div
        ref={scroller}
        className="log"
        role="log"
        aria-live="off"
        aria-label={words.thread.label(conversation.name)}
        tabIndex={0}
        onScroll={onScroll}
      >
        <ScrollKeeper scroller={scroller} stuck={stuck}>
          <div ref={content} className="log-column">
            <div className="thread-edge">
              <ThreadEdge view={{ ...view, messages }} older={older} hasPhone={conversation.provider === "whatsapp"} />
            </div>
            {items.map(({ message, startsDay, startsNew, gaps: before, recovered, startsGroup, endsGroup }) => (
              <Fragment key={message.client_id ?? message.id}>
                <Gaps spans={before.filter(isEarlierDay(message))} channelId={conversation.channel_id} now={now} />
                {startsDay && (
                  <div className="day">
                    <time dateTime={message.sent_at.slice(0, 10)}>{dayName(message.sent_at, now)}</time>
                  </div>
                )}
                <Gaps spans={before.filter((span) => !isEarlierDay(message)(span))} channelId={conversation.channel_id} now={now} />
                {startsNew && (
                  <div ref={newLine} className="new-line" role="separator" aria-label={words.thread.newLine}>
                    {words.thread.newLine}
                  </div>
                )}
                {recovered !== null && <RecoveredMark recovered={recovered} />}
                <div className={named && message.kind !== "event" ? "log-row log-row-faced" : "log-row"} data-anchor={message.id}>
                  {named && startsGroup && <SenderFace message={message} />}
                  <Bubble message={message} startsGroup={startsGroup} endsGroup={endsGroup} named={named} />
                </div>
              </Fragment>
            ))}
            <Gaps spans={gaps.get(items.length) ?? []} channelId={conversation.channel_id} now={now} />
            <NewerEdge view={view} />
          </div>
        </ScrollKeeper>
      </div>
      {placed && !atBottom && (
        <button
          type="button"
          className="pill"
          onClick={toNewest}
          aria-label={arrived > 0 ? words.thread.toNew(arrived) : words.thread.toBottom}
        >
          {arrived > 0 && words.thread.newCount(arrived)}
          <Icon name="down" size={16} />
        </button>
      )}
      <MessageTools scroller={scroller} messages={messages ?? NO_MESSAGES} singleKeys={singleKeys} />
      <Announcer conversation={conversation} messages={rows} />
    </div>
  );
}
