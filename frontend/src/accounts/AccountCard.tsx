import { useEffect, useRef, useState } from "react";

import { actOnChannel, pauseAccount } from "../api/accounts";
import type { ChannelHealth } from "../api/schema";
import type { Channel } from "../api/types";
import { ChannelBadge, providerName } from "../channels/ChannelBadge";
import { STATE_WORDS } from "../channels/channelWords";
import { TimeLine } from "../channels/TimeLine";
import { TroubleLine } from "../channels/TroubleLine";
import { troublesOf } from "../channels/troubles";
import { followLink, historyPath } from "../lib/router";
import { isolated, oneLine } from "../lib/text";
import { momentSince } from "../lib/time";
import { newClientId } from "../sync/acts";
import type { MenuItem } from "../ui/Menu";
import { MenuButton } from "../ui/MenuButton";
import { AccountState } from "./AccountState";
import { Evidence } from "./Evidence";
import { ProxyDialog } from "./ProxyDialog";
import { RemoveDialog } from "./RemoveDialog";
import { failureOf } from "./useAct";
import { useChannelHealth } from "./useChannelHealth";
import { words } from "./words";

const moment = (at: string): string => momentSince(Date.parse(at), new Date());

interface AccountCardProps {
  readonly channel: Channel;
  /** The figures are asked for anew when it changes; null while the server cannot be asked. */
  readonly round: string | null;
  /** The address names it. */
  readonly isWanted?: boolean;
  readonly onReconnect: () => void;
}

/** Its provider, what it is called there, its number, and who owns it here. */
function whoseWords({ provider, name, role }: Channel, health: ChannelHealth | null): string {
  const { own_name: ownName, number, owners } = health ?? { own_name: null, number: null, owners: [] };
  const facts = [ownName === name ? null : ownName, number === name ? null : number].map((fact) => oneLine(fact ?? "", 60));
  const others = owners.map((owner) => isolated(oneLine(owner, 40)));
  const owned = owners.length === 0 ? "" : role === "owner" && owners.length === 1 ? words.ownedByYou : words.owned(others);
  return [providerName(provider), ...facts, owned].filter((fact) => fact !== "").join(" · ");
}

type Open = "time-line" | "remove" | "proxy" | null;

export function AccountCard({ channel, round, isWanted = false, onReconnect }: AccountCardProps) {
  const { id, status } = channel;
  const { health, failure } = useChannelHealth(channel, round);
  const card = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isWanted) card.current?.scrollIntoView({ block: "nearest" });
  }, [isWanted]);
  const [told, setTold] = useState<string | null>(null);
  const [open, setOpen] = useState<Open>(null);
  const name = oneLine(channel.name, 60) || words.nameless;
  const isGone = status === "deleted";
  const mayManage = channel.role !== "member" && !isGone;
  const close = (): void => {
    setOpen(null);
  };
  const tell = (asked: Promise<unknown>, done: string | null): void => {
    asked.then(
      () => {
        setTold(done);
      },
      (error: unknown) => {
        setTold(failureOf(error));
      },
    );
  };
  const restart = (): void => {
    tell(actOnChannel(newClientId(), id, "restart"), words.restarted);
  };
  const pause = (paused: boolean): void => {
    tell(pauseAccount(id, paused), null);
  };
  const remedy = STATE_WORDS.get(status)?.remedy;
  const managing: readonly MenuItem[] = [
    { key: "reconnect", icon: "accounts", label: words.reconnect, note: words.reconnectNote, run: onReconnect },
    { key: "restart", icon: "restart", label: words.restart, note: words.restartNote, run: restart },
    channel.paused_at === null
      ? {
          key: "pause",
          icon: "pause",
          label: words.pause,
          note: words.pauseNote,
          run: () => {
            pause(true);
          },
        }
      : {
          key: "resume",
          icon: "play",
          label: words.resume,
          note: words.resumeNote,
          run: () => {
            pause(false);
          },
        },
    {
      key: "proxy",
      icon: "forward",
      label: words.proxy,
      run: () => {
        setOpen("proxy");
      },
    },
  ];
  const items: readonly MenuItem[] = [
    ...(mayManage ? managing : []),
    ...(channel.role === "owner"
      ? [
          {
            key: "remove",
            icon: "trash",
            label: isGone ? words.eraseStored : words.remove,
            danger: true,
            run: () => {
              setOpen("remove");
            },
          } as const,
        ]
      : []),
  ];
  return (
    <li ref={card} className="account-card" aria-current={isWanted || undefined} aria-label={`${providerName(channel.provider)} · ${name}`}>
      <header>
        <ChannelBadge provider={channel.provider} />
        <h2>
          <bdi>{name}</bdi>
        </h2>
        <AccountState channel={channel} />
        <p className="account-whose">{whoseWords(channel, health)}</p>
      </header>
      {troublesOf([channel])
        .filter(({ channelId }) => channelId === id)
        .map((trouble) => (
          <div key={trouble.key} className="account-trouble">
            <TroubleLine trouble={trouble} here="accounts" />
          </div>
        ))}
      {channel.paused_at !== null && (
        <p className="account-paused">
          {words.pausedMeans(moment(channel.paused_at))}{" "}
          {mayManage && (
            <button
              type="button"
              className="text-button"
              onClick={() => {
                pause(false);
              }}
            >
              {words.resume}
            </button>
          )}
        </p>
      )}
      {health !== null && <Evidence health={health} />}
      {channel.status_word !== null && status !== "ok" && (
        <p className="account-word">
          {words.theirWord(oneLine(channel.status_word, 40), channel.status_since === null ? "" : moment(channel.status_since))}
        </p>
      )}
      {failure !== null && (
        <p className="field-error" role="alert">
          {failure}
        </p>
      )}
      <p role="status" className="account-told">
        {told}
      </p>
      <footer>
        <div className="account-links">
          {mayManage && remedy === "reconnect" && (
            <button type="button" className="button button-strong" onClick={onReconnect}>
              {words.reconnect}
            </button>
          )}
          {mayManage && remedy === "restart" && (
            <button type="button" className="button button-strong" onClick={restart}>
              {words.restart}
            </button>
          )}
          <button
            type="button"
            className="text-button"
            onClick={() => {
              setOpen("time-line");
            }}
          >
            {words.timeLine}
          </button>
          <a href={historyPath(id)} onClick={followLink}>
            {words.history}
          </a>
        </div>
        {items.length > 0 && <MenuButton label={words.more(name)} title={words.moreTitle} items={items} />}
      </footer>
      {open === "time-line" && <TimeLine channel={channel} onClose={close} />}
      {open === "proxy" && <ProxyDialog channel={channel} onClose={close} />}
      {open === "remove" && <RemoveDialog channel={channel} onClose={close} />}
    </li>
  );
}
