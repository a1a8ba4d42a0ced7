import { useState } from "react";

import { acknowledgeAlarm } from "../api/accounts";
import type { Alarm } from "../api/schema";
import type { Channel } from "../api/types";
import { oneLine } from "../lib/text";
import { momentSince } from "../lib/time";
import { Icon } from "../ui/icons";
import { failureOf } from "./useAct";
import { ALARM_WORDS, words } from "./words";

/** Open alarms, each once: those of the whole installation stand in every account. */
export function openAlarms(channels: readonly Channel[]): readonly Alarm[] {
  const found = new Map(channels.flatMap(({ alarms }) => alarms.map((alarm) => [alarm.id, alarm] as const)));
  return [...found.values()].toSorted((a, b) => a.opened_at.localeCompare(b.opened_at));
}

function Entry({ alarm, channel }: { readonly alarm: Alarm; readonly channel: Channel | undefined }) {
  const [failure, setFailure] = useState<string | null>(null);
  const mayTell = channel?.role !== "member";
  return (
    <li>
      <Icon name="alert" size={16} />
      <p>
        {channel !== undefined && (
          <strong>
            <bdi>{oneLine(channel.name, 60) || words.nameless}</bdi>
          </strong>
        )}{" "}
        {ALARM_WORDS[alarm.kind](alarm)} <small>{words.since(momentSince(Date.parse(alarm.since ?? alarm.opened_at), new Date()))}</small>
        {failure !== null && <span role="alert"> {failure}</span>}
      </p>
      {alarm.acknowledged_at !== null && <small>{words.acknowledged}</small>}
      {alarm.acknowledged_at === null && mayTell && (
        <button
          type="button"
          className="text-button"
          title={words.acknowledgeMeans}
          onClick={() => {
            acknowledgeAlarm(alarm.id).then(
              () => {
                setFailure(null);
              },
              (error: unknown) => {
                setFailure(failureOf(error));
              },
            );
          }}
        >
          {words.acknowledge}
        </button>
      )}
    </li>
  );
}

export function Alarms({ channels }: { readonly channels: readonly Channel[] }) {
  const open = openAlarms(channels);
  if (open.length === 0) return null;
  return (
    <ul className="alarms" aria-label={words.alarms}>
      {open.map((alarm) => (
        <Entry key={alarm.id} alarm={alarm} channel={channels.find(({ id }) => id === alarm.channel_id)} />
      ))}
    </ul>
  );
}
