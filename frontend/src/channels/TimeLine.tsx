import { useCallback, useEffect, useState } from "react";

import type { Channel, ChannelStatusPage } from "../api/types";
import { oneLine } from "../lib/text";
import { fullTime } from "../lib/time";
import { words } from "../lib/words";
import { channelStatuses } from "../sync/statuses";
import { Dialog } from "../ui/Dialog";
import { Notice, Waiting } from "../ui/Notice";
import { stateWord } from "./channelState";
import { CHANNEL_WORDS } from "./channelWords";

type Entry = ChannelStatusPage["items"][number];

interface Loaded {
  readonly entries: readonly Entry[];
  readonly lastDelivery: string | null;
  readonly cursor: string | null;
}

function Line({ entry }: { readonly entry: Entry }) {
  const word = stateWord(entry);
  const theirs = entry.status_word === null ? "" : oneLine(entry.status_word, 40);
  return (
    <li className={entry.status === "ok" ? "state-ok" : "state-other"}>
      <bdi>{word}</bdi>
      <time dateTime={entry.at}>{fullTime(entry.at)}</time>
      {theirs !== "" && theirs !== word && <code>{theirs}</code>}
    </li>
  );
}

function Entries({ loaded, onMore }: { readonly loaded: Loaded; readonly onMore: () => void }) {
  const { entries, lastDelivery, cursor } = loaded;
  return (
    <>
      <p className="aside">
        {lastDelivery === null ? CHANNEL_WORDS.noDelivery : CHANNEL_WORDS.lastDelivery(fullTime(lastDelivery))}
      </p>
      {entries.length === 0 && <p>{CHANNEL_WORDS.empty}</p>}
      <ol className="time-line">
        {entries.map((entry) => (
          <Line key={entry.id} entry={entry} />
        ))}
      </ol>
      {cursor !== null && (
        <button type="button" className="text-button" onClick={onMore}>
          {CHANNEL_WORDS.more}
        </button>
      )}
    </>
  );
}

/** What upstream said of an account, newest first. */
export function TimeLine({ channel, onClose }: { readonly channel: Channel; readonly onClose: () => void }) {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [failed, setFailed] = useState(false);
  const load = useCallback(
    (cursor: string | null): void => {
      channelStatuses(channel.id, cursor).then(
        (page) => {
          setFailed(false);
          setLoaded((before) => ({
            entries: [...(cursor === null ? [] : (before?.entries ?? [])), ...page.items],
            lastDelivery: page.last_delivery_at,
            cursor: page.next_cursor,
          }));
        },
        () => {
          setFailed(true);
        },
      );
    },
    [channel.id],
  );
  useEffect(() => {
    load(null);
  }, [load]);
  return (
    <Dialog title={CHANNEL_WORDS.timeLineOf(channel.name || CHANNEL_WORDS.nameless)} onClose={onClose}>
      {failed && (
        <Notice tone="error" title={CHANNEL_WORDS.failed} next={CHANNEL_WORDS.failedNext}>
          <button
            type="button"
            className="button"
            onClick={() => {
              load(loaded?.cursor ?? null);
            }}
          >
            {words.retry}
          </button>
        </Notice>
      )}
      {loaded === null && !failed && <Waiting label={CHANNEL_WORDS.loading} />}
      {loaded !== null && (
        <Entries
          loaded={loaded}
          onMore={() => {
            load(loaded.cursor);
          }}
        />
      )}
    </Dialog>
  );
}
