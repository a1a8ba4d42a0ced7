import { useCallback, useEffect, useImperativeHandle, useRef, useState, type KeyboardEvent, type Ref } from "react";

import type { Id } from "../api/types";
import { useDay } from "../lib/useDay";
import { useSettled } from "../lib/useSettled";
import { words } from "../lib/words";
import { useClient, useLive, useWatchedPeople, useWatchedRows } from "../sync/client";
import { listLoadMore } from "../sync/mutations";
import { conversationIds, type ListFilter } from "../sync/conversationList";
import { contactIds, listComplete } from "../sync/queries";
import { ConversationRow, rowElementId } from "./ConversationRow";
import { ListEmpty } from "./ListEmpty";
import type { RowActs } from "./rowMenu/rowActs";
import { RowMenu } from "./rowMenu/RowMenu";
import { useRowSwipe } from "./rowMenu/useRowSwipe";
import { useFixedWindow } from "./useFixedWindow";
import { useHeldOrder } from "./useHeldOrder";
import { rowLeft } from "./useKeptFocus";
import { useActiveRow } from "./useActiveRow";

const ROW_HEIGHT = { cosy: 64, compact: 48 } as const;
/** Rows watched beyond those drawn, in both directions. */
const WATCH_STEP = 32;
/** Rows are watched, and their threads read ahead, once scrolling has paused for so long. */
const PAUSE_MS = 100;
/** The next page of the list is asked for this many rows before the end. */
const NEAR_END = 30;

const NO_IDS: readonly Id[] = [];

const drawnRow = (id: Id): HTMLElement | null => document.getElementById(rowElementId(id));

export interface ListHandle {
  readonly move: (rows: number) => void;
  /** Goes to the first row, and opens it. */
  readonly begin: (opens: boolean) => void;
  readonly openActive: () => void;
  readonly openNeighbour: (rows: number) => void;
  readonly moveUnread: (way: 1 | -1) => void;
  readonly focus: () => void;
  /** What comes back to the list shows at once, whatever holds its order. */
  readonly letGo: () => void;
  /** The row that has the keyboard's attention. */
  readonly activeId: () => Id | null;
  readonly firstId: () => Id | null;
}

interface ConversationListProps {
  readonly filter: ListFilter;
  readonly openId: Id | null;
  readonly density: keyof typeof ROW_HEIGHT;
  readonly onOpen: (id: Id) => void;
  readonly onShowAll: () => void;
  readonly acts: RowActs;
  readonly handle: Ref<ListHandle>;
}

export function ConversationList(props: ConversationListProps) {
  const { filter, openId, density, onOpen, onShowAll, acts, handle } = props;
  const client = useClient();
  const scroller = useRef<HTMLDivElement>(null);
  const filterKey = JSON.stringify(filter);
  // What was opened as unread stays until it is left.
  const [openedUnread, setOpenedUnread] = useState<Id | null>(null);
  const kept = filter.unreadOnly && openedUnread === openId ? openId : null;
  const order = useHeldOrder(useLive(conversationIds, filter, kept), filterKey);
  const complete = useLive(listComplete);
  const now = useDay();
  const rowHeight = ROW_HEIGHT[density];
  const ids = order.ids ?? NO_IDS;
  const [begunAt] = useState(() => rowLeft(openId) ?? openId);
  const active = useActiveRow(ids, filterKey, begunAt);
  const { choose } = active;
  const { drawn, onScroll } = useFixedWindow(scroller, rowHeight, ids.length);
  const { from, to } = drawn;
  const rested = useSettled(drawn, PAUSE_MS);
  const watchFrom = Math.max(0, Math.floor(rested.from / WATCH_STEP) * WATCH_STEP - WATCH_STEP);
  const watched = ids.slice(watchFrom, Math.ceil(rested.to / WATCH_STEP) * WATCH_STEP + WATCH_STEP);
  useWatchedRows(watched);
  const contacts = useLive(contactIds, watched) ?? NO_IDS;
  useWatchedPeople(contacts);
  useRowSwipe(scroller, acts);
  const { rows } = client;
  useEffect(() => rows.openings.follow(), [rows]);
  useEffect(() => {
    rows.openings.want(ids.slice(rested.from, rested.to));
  }, [rows, ids, rested]);
  useEffect(() => rows.warm(ids), [rows, ids]);

  const nearEnd = filter.name === "" && complete === false && ids.length > 0 && to >= ids.length - NEAR_END;
  useEffect(() => {
    if (nearEnd) listLoadMore(client).catch(() => undefined);
  }, [client, nearEnd, ids.length]);

  const activate = useCallback(
    (index: number): Id | null => {
      const id = ids[index] ?? null;
      const element = scroller.current;
      if (id === null || element === null) return null;
      choose(id);
      order.keyMoved();
      const top = index * rowHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight > element.scrollTop + element.clientHeight)
        element.scrollTop = top + rowHeight - element.clientHeight;
      return id;
    },
    [ids, choose, order, rowHeight],
  );

  const open = useCallback(
    (id: Id | null) => {
      if (id === null) return;
      choose(id);
      setOpenedUnread(filter.unreadOnly ? id : null);
      onOpen(id);
    },
    [choose, filter.unreadOnly, onOpen],
  );

  /** The conversation that is read, or where it stood: then the row that has its place counts as one further. */
  const neighbour = (rows: number): number => {
    const index = openId === null ? -1 : ids.indexOf(openId);
    if (index >= 0) return step(index, rows);
    return step(active.index, openId !== null && active.inherited && rows > 0 ? rows - 1 : rows);
  };
  const step = (start: number, rows: number): number =>
    start < 0 ? 0 : Math.max(0, Math.min(ids.length - 1, start + rows));

  useImperativeHandle(handle, () => ({
    move: (rows) => {
      const id = activate(step(active.index, rows));
      if (id !== null) client.engine.threads.ensureNewest(id).catch(() => undefined);
    },
    begin: (opens) => {
      const id = activate(0);
      if (opens) open(id);
    },
    openActive: () => {
      open(active.id);
    },
    openNeighbour: (rows) => {
      open(activate(neighbour(rows)));
    },
    moveUnread: (way) => {
      void conversationIds(client.db, { ...filter, unreadOnly: true }).then((unread) => {
        const waiting = new Set(unread);
        const at = active.index;
        const candidates = way === 1 ? ids.slice(active.inherited ? at : at + 1) : ids.slice(0, Math.max(0, at)).toReversed();
        const next = candidates.find((id) => waiting.has(id));
        if (next !== undefined) open(activate(ids.indexOf(next)));
      });
    },
    focus: () => {
      scroller.current?.focus();
    },
    letGo: order.letGo,
    activeId: () => active.id,
    firstId: () => ids[0] ?? null,
  }));

  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const at = active.index;
    const targets: Readonly<Record<string, number>> = {
      PageDown: step(at, page),
      PageUp: step(at, -page),
      Home: 0,
      End: ids.length - 1,
    };
    const target = Object.hasOwn(targets, event.key) ? targets[event.key] : undefined;
    if (target === undefined) return;
    event.preventDefault();
    activate(target);
  };

  const activeDrawn = active.index >= from && active.index < to;
  return (
    <div
      ref={scroller}
      className="rows"
      role={ids.length > 0 ? "listbox" : undefined}
      tabIndex={0}
      aria-label={ids.length > 0 ? words.list.label : undefined}
      aria-activedescendant={activeDrawn && active.id !== null ? rowElementId(active.id) : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onPointerMove={(event) => {
        if (event.pointerType === "mouse") order.pointerMoved();
      }}
      onPointerLeave={order.pointerLeft}
    >
      <div className="rows-space" style={{ height: ids.length * rowHeight }} role="presentation">
        {ids.slice(from, to).map((id, offset) => (
          <ConversationRow
            key={id}
            id={id}
            index={from + offset}
            total={complete === false ? -1 : ids.length}
            height={rowHeight}
            active={id === active.id}
            open={id === openId}
            now={now}
            onOpen={open}
          />
        ))}
      </div>
      <RowMenu scroller={scroller} activeId={active.id} rowElement={drawnRow} acts={acts} />
      {order.ids?.length === 0 && <ListEmpty filter={filter} complete={complete !== false} onShowAll={onShowAll} />}
      {order.ids === undefined && <ListEmpty filter={null} complete onShowAll={onShowAll} />}
    </div>
  );
}
