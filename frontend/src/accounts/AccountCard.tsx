import { useEffect, useState } from "react";

import { actOnChannel, getChannelHealth } from "../api/accounts";
import type { ChannelHealth } from "../api/schema";
import type { Channel } from "../api/types";
import { ChannelBadge, providerName } from "../channels/ChannelBadge";
import { isTroubled, stateWord } from "../channels/channelState";
import { STATE_WORDS } from "../channels/channelWords";
import { TimeLine } from "../channels/TimeLine";
import { oneLine } from "../lib/text";
import { momentSince } from "../lib/time";
import { newClientId } from "../sync/acts";
import { Icon } from "../ui/icons";
import { RemoveDialog } from "./RemoveDialog";
import { SparkLine } from "./SparkLine";
import { failureOf } from "./useAct";
import { words } from "./words";

const moment = (at: string): string => momentSince(Date.parse(at), new Date());
const momentOr = (at: string | null): string => (at === null ? words.never : moment(at));

function Evidence({ health }: { readonly health: ChannelHealth }) {
  const facts = [
    [words.lastDelivery, momentOr(health.last_delivery_at)],
    [words.lastProof, momentOr(health.last_proof_at)],
    [words.today, words.todayCount(health.received_today, health.sent_today)],
    [words.outbox, String(health.waiting)],
    [words.gaps, String(health.open_gaps)],
    ...(health.usual_per_hour === null ? [] : [[words.usual, words.usualCount(health.usual_per_hour)] as const]),
  ];
  return (
    <>
      {health.quiet !== null && <p className="account-quiet">{words.quiet(moment(health.quiet.since), health.quiet.expected)}</p>}
      <dl className="account-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <SparkLine hours={health.hours} />
    </>
  );
}

interface AccountCardProps {
  readonly channel: Channel;
  /** The figures are asked for anew when it changes. */
  readonly round: number;
  readonly onReconnect: () => void;
}

export function AccountCard({ channel, round, onReconnect }: AccountCardProps) {
  const { id, version } = channel;
  const [health, setHealth] = useState<ChannelHealth | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const [open, setOpen] = useState<"time-line" | "remove" | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    getChannelHealth(id, -new Date().getTimezoneOffset(), stop.signal).then(
      (answer) => {
        setHealth(answer);
        setFailure(null);
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setFailure(`${words.healthFailed} ${failureOf(error)}`);
      },
    );
    return () => {
      stop.abort();
    };
  }, [id, version, round]);
  const name = oneLine(channel.name, 60) || words.nameless;
  const isUnheardOf = channel.status === "unknown" && channel.status_word === null;
  const close = (): void => {
    setOpen(null);
  };
  const restart = (): void => {
    actOnChannel(newClientId(), id, "restart").then(
      () => {
        setTold(words.restarted);
      },
      (error: unknown) => {
        setTold(failureOf(error));
      },
    );
  };
  return (
    <li className="account-card" aria-label={`${providerName(channel.provider)} · ${name}`}>
      <header>
        <ChannelBadge provider={channel.provider} />
        <h2>
          <bdi>{name}</bdi>
        </h2>
        <span className={`account-state ${isTroubled(channel) ? "account-troubled" : ""}`}>
          <Icon name={isTroubled(channel) ? "alert" : isUnheardOf ? "clock" : "tick"} size={15} />
          {isUnheardOf ? words.unknown : stateWord(channel)}
        </span>
      </header>
      <p className="account-word">
        {channel.status_word !== null && words.theirWord(oneLine(channel.status_word, 40))}
        {channel.status_since !== null && ` ${words.since(moment(channel.status_since))}`}
        {isTroubled(channel) && ` · ${STATE_WORDS.get(channel.status)?.effect ?? ""}`}
      </p>
      {health !== null && <Evidence health={health} />}
      {failure !== null && (
        <p className="field-error" role="alert">
          {failure}
        </p>
      )}
      {told !== null && <p role="status">{told}</p>}
      <p className="button-row">
        {channel.role !== "member" && (
          <>
            <button type="button" className="button" onClick={onReconnect}>
              {words.reconnect}
            </button>
            <button type="button" className="button" onClick={restart}>
              {words.restart}
            </button>
          </>
        )}
        <button
          type="button"
          className="button"
          onClick={() => {
            setOpen("time-line");
          }}
        >
          {words.timeLine}
        </button>
        {channel.role === "owner" && (
          <button
            type="button"
            className="button"
            onClick={() => {
              setOpen("remove");
            }}
          >
            {words.remove}
          </button>
        )}
      </p>
      {open === "time-line" && <TimeLine channel={channel} onClose={close} />}
      {open === "remove" && <RemoveDialog channel={channel} onClose={close} />}
    </li>
  );
}
