import { Fragment, useRef, type KeyboardEvent, type ReactNode } from "react";

import type { DeliveryFilter } from "../api/ledger";
import type { Channel, Delivery } from "../api/types";
import { ChannelBadge } from "../channels/ChannelBadge";
import { fileSize, oneLine } from "../lib/text";
import { useLive } from "../sync/client";
import { channels } from "../sync/queries";
import { Notice, Waiting } from "../ui/Notice";
import { Failure } from "./Failure";
import { isNarrowed, NO_FILTER, placePath, type Navigation, type Place } from "./filter";
import { exactTime, listMoment, roughMoment } from "./moments";
import { OutcomeMark } from "./OutcomeMark";
import { useTail, type Deliveries } from "./useDeliveries";
import { eventWord, words } from "./words";

/** More is fetched this far before the end comes into view. */
const AHEAD_PX = 400;

/** Beside names, not in them: whichever way they are written, it stays between. */
const DOT = " · ";

interface RowProps {
  readonly delivery: Delivery;
  readonly account: Channel | undefined;
  readonly several: boolean;
  readonly place: Place;
  readonly go: Navigation["go"];
  readonly now: Date;
}

function Row({ delivery, account, several, place, go, now }: RowProps) {
  const { conversation_name, sender_name, reason } = delivery;
  // Where we wrote ourselves, the account that stands beside it says so.
  const repeated = sender_name === conversation_name || (several && sender_name === account?.name);
  const about = [conversation_name, repeated ? null : sender_name].filter((name) => name !== null);
  const open = place.delivery === delivery.id;
  return (
    <a
      className="delivery"
      data-delivery={delivery.id}
      href={placePath({ ...place, delivery: delivery.id })}
      aria-current={open ? "true" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go({ delivery: delivery.id }, place.delivery === null ? "push" : "replace");
      }}
    >
      <time dateTime={delivery.received_at} title={exactTime(delivery.received_at)}>
        {listMoment(delivery.received_at, now)}
      </time>
      <span className="delivery-badge">
        {delivery.provider !== "" && <ChannelBadge provider={delivery.provider} />}
      </span>
      <span className="delivery-about">
        <b>{oneLine(eventWord(delivery.event), 60)}</b>{" "}
        {about.map((name, index) => (
          <Fragment key={name}>
            {index > 0 && DOT}
            <bdi>{oneLine(name, 60)}</bdi>
          </Fragment>
        ))}
        {(several || account === undefined) && (
          <span className="delivery-account">
            {about.length > 0 && DOT}
            <bdi>{account === undefined ? words.noAccount : oneLine(account.name, 40)}</bdi>
          </span>
        )}
        {reason !== "" && <span className="delivery-reason">{oneLine(reason, 160)}</span>}
      </span>
      <OutcomeMark outcome={delivery.outcome} />
      <span className="delivery-counts">
        {delivery.message_count > 1 && <span>{words.messages(delivery.message_count)}</span>}
        {fileSize(delivery.size_bytes)}
        {delivery.attempts > 1 && <span>{words.attempts(delivery.attempts)}</span>}
        {delivery.repeats > 0 && <span>{words.repeats(delivery.repeats)}</span>}
      </span>
    </a>
  );
}

/** Arrows move between rows, which are links: Enter opens, and each has its address. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target instanceof HTMLElement ? event.target.closest("a.delivery") : null;
  if (step === undefined || row === null) return;
  event.preventDefault();
  event.stopPropagation();
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("a.delivery")];
  rows[rows.indexOf(row as HTMLElement) + step]?.focus();
}

interface NewOnesProps {
  readonly filter: DeliveryFilter;
  readonly list: Deliveries;
  readonly onRenew: () => void;
}

/** What came meanwhile is counted, and moves nothing until it is asked for. */
function NewOnes({ filter, list, onRenew }: NewOnesProps) {
  const { count, atLeast } = useTail(filter, list.first.value);
  return (
    <div className="tail" role="status">
      {count > 0 && (
        <button
          type="button"
          className="pill-button"
          aria-label={words.newOnesLabel(count, atLeast)}
          onClick={onRenew}
        >
          {words.newOnes(count, atLeast)}
        </button>
      )}
    </div>
  );
}

function End({ list, now }: { readonly list: Deliveries; readonly now: Date }) {
  const { last, loadingMore, moreError, loadMore } = list;
  if (last === undefined) return null;
  if (moreError !== undefined) return <Failure error={moreError} onRetry={loadMore} />;
  if (loadingMore) return <Waiting label={words.waiting} />;
  if (last.next_cursor === null) return list.items.length > 0 ? <p className="aside list-end">{words.end}</p> : null;
  return (
    <p className="list-end">
      {last.looked_back_to !== null && <span>{words.lookedBackTo(roughMoment(last.looked_back_to, now))} </span>}
      <button type="button" className="button" onClick={loadMore}>
        {last.looked_back_to === null ? words.earlier : words.goOn}
      </button>
    </p>
  );
}

interface DeliveryListProps {
  readonly place: Place;
  readonly list: Deliveries;
  readonly go: Navigation["go"];
  readonly narrow: Navigation["narrow"];
  readonly onRenew: () => void;
}

export function DeliveryList({ place, list, go, narrow, onRenew }: DeliveryListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const accounts = useLive(channels) ?? [];
  const { first, items, last, loadMore } = list;
  const now = new Date();
  const narrowed = isNarrowed(place.filter);
  // A search that has not got to the end goes on when asked, not by itself.
  const follows = last?.next_cursor !== null && last?.looked_back_to === null && list.moreError === undefined;
  const look = (): void => {
    const element = scroller.current;
    if (element === null || !follows) return;
    if (element.scrollHeight - element.scrollTop - element.clientHeight < AHEAD_PX) loadMore();
  };
  let nothing: ReactNode = null;
  if (first.value === undefined && first.error !== undefined) nothing = <Failure error={first.error} onRetry={first.again} />;
  else if (first.value === undefined) nothing = <Waiting label={words.waiting} />;
  else if (items.length === 0 && last?.next_cursor === null) {
    nothing = narrowed ? (
      <Notice title={words.noMatch}>
        <button
          type="button"
          className="button"
          onClick={() => {
            narrow(NO_FILTER);
          }}
        >
          {words.clear}
        </button>
      </Notice>
    ) : (
      <Notice title={words.empty} next={words.emptyNext} />
    );
  }
  return (
    <div className="deliveries-list" aria-busy={first.waiting}>
      <NewOnes filter={place.filter} list={list} onRenew={onRenew} />
      <div ref={scroller} className="deliveries-scroller" onScroll={look} onKeyDown={moveFocus}>
        {nothing ?? (
          <>
            <ul className="plain" aria-label={words.list}>
              {items.map((delivery) => (
                <li key={delivery.id}>
                  <Row
                    delivery={delivery}
                    account={accounts.find((channel) => channel.id === delivery.channel_id)}
                    several={accounts.length > 1}
                    place={place}
                    go={go}
                    now={now}
                  />
                </li>
              ))}
            </ul>
            <End list={list} now={now} />
          </>
        )}
      </div>
    </div>
  );
}
