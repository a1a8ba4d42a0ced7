/** What is wrong now: of each account by its state, and by the alarms that travel with the accounts. */
import type { Alarm, Channel, Id } from "../api/types";
import { accountPath, ACCOUNTS_PATH, DELIVERIES_PATH, SETUP_PATH } from "../lib/router";
import { isolated, oneLine } from "../lib/text";
import { ALARM_WORDS, type AlarmSaid } from "./alarmWords";
import { providerName } from "./ChannelBadge";
import { needsSomebody } from "./channelState";
import { CHANNEL_WORDS, STATE_WORDS } from "./channelWords";

export interface Trouble {
  readonly key: string;
  /** Null where it is of the whole installation. */
  readonly channelId: Id | null;
  /** Which account, and what that means for the conversations. */
  readonly says: string;
  readonly next: string;
  readonly place: AlarmSaid["place"];
  readonly since: string | null;
  /** What can be marked as seen; null until the server has noticed. */
  readonly alarm: Alarm | null;
  readonly mayAcknowledge: boolean;
}

const PLACE_PATHS = { accounts: ACCOUNTS_PATH, deliveries: DELIVERIES_PATH, setup: SETUP_PATH } as const;

/** Where something can be done about it. */
export function troublePath({ place, channelId }: Pick<Trouble, "place" | "channelId">): string | null {
  if (place === null) return null;
  return place === "accounts" && channelId !== null ? accountPath(channelId) : PLACE_PATHS[place];
}

/** Several accounts of one firm often have one name: the provider tells them apart. */
const nameOf = ({ name, provider }: Channel): string =>
  CHANNEL_WORDS.named(isolated(oneLine(name, 60) || CHANNEL_WORDS.nameless), providerName(provider));

/** Open alarms, each once: those of the whole installation stand in every account. */
function openAlarms(channels: readonly Channel[]): readonly Alarm[] {
  const found = new Map(channels.flatMap(({ alarms }) => alarms.map((alarm) => [alarm.id, alarm] as const)));
  return [...found.values()].toSorted((a, b) => a.opened_at.localeCompare(b.opened_at));
}

/** One that was removed or paused needs nobody: somebody wanted that. */
const isDown = (channel: Channel): boolean =>
  needsSomebody(channel) && channel.status !== "deleted" && channel.paused_at === null;

function ofState(channel: Channel, alarm: Alarm | null): Trouble {
  const { effect = "", next = "" } = STATE_WORDS.get(channel.status) ?? {};
  return {
    key: `account ${channel.id}`,
    channelId: channel.id,
    says: CHANNEL_WORDS.banner(nameOf(channel), effect),
    next,
    place: "accounts",
    since: channel.status_since,
    alarm,
    mayAcknowledge: channel.role !== "member",
  };
}

function ofAlarm(alarm: Alarm, channel: Channel | null, isOwner: boolean): Trouble {
  const { effect, next, place } = ALARM_WORDS[alarm.kind];
  return {
    key: alarm.id,
    channelId: alarm.channel_id,
    says: channel === null ? effect(alarm) : CHANNEL_WORDS.banner(nameOf(channel), effect(alarm)),
    next,
    place,
    since: alarm.since ?? alarm.opened_at,
    alarm,
    mayAcknowledge: channel === null ? isOwner : channel.role !== "member",
  };
}

/** An account that works again is not called down until the server has closed its alarm. */
function isPast(alarm: Alarm, channel: Channel | null): boolean {
  return alarm.kind === "account_down" && channel !== null && STATE_WORDS.has(alarm.reason ?? "") && alarm.reason !== channel.status;
}

/** Accounts that are down first, the longest first, then what else is the matter. */
export function troublesOf(channels: readonly Channel[]): readonly Trouble[] {
  const alarms = openAlarms(channels);
  const isOwner = channels.some(({ role }) => role === "owner");
  const down = channels.filter(isDown).toSorted((a, b) => (a.status_since ?? "").localeCompare(b.status_since ?? ""));
  const downIds = new Set(down.map(({ id }) => id));
  const isTold = ({ kind, channel_id: id }: Alarm): boolean => kind === "account_down" && id !== null && downIds.has(id);
  const others = alarms.flatMap((alarm) => {
    const channel = channels.find(({ id }) => id === alarm.channel_id) ?? null;
    return isTold(alarm) || isPast(alarm, channel) ? [] : [ofAlarm(alarm, channel, isOwner)];
  });
  const states = down.map((one) => ofState(one, alarms.find((alarm) => isTold(alarm) && alarm.channel_id === one.id) ?? null));
  return [...states, ...others];
}

export const isUnseen = ({ alarm }: Trouble): boolean => alarm?.acknowledged_at == null;
