import { createContext, useContext, useMemo } from "react";

import type { Channel, Id } from "../api/types";
import { oneLine } from "../lib/text";
import { STATE_WORDS } from "./channelWords";

/** The channels that are not as they should be, by id. */
export type TroubledChannels = ReadonlyMap<Id, Channel>;

export const TroubledChannelsContext = createContext<TroubledChannels>(new Map());

export function isTroubled({ status, status_word }: Channel): boolean {
  return status !== "ok" && !(status === "unknown" && status_word === null);
}

/** Whether messages are missing until somebody does something. */
export function needsSomebody(channel: Channel): boolean {
  return STATE_WORDS.get(channel.status)?.effect !== undefined;
}

/** What to call the state: in our words, else in upstream's. */
export function stateWord({ status, status_word }: Pick<Channel, "status" | "status_word">): string {
  return STATE_WORDS.get(status)?.chip ?? oneLine(status_word ?? status, 40);
}

export function useTroubledChannels(all: readonly Channel[]): TroubledChannels {
  return useMemo(() => new Map(all.filter(isTroubled).map((channel) => [channel.id, channel])), [all]);
}

export function useTrouble(channelId: Id): Channel | undefined {
  return useContext(TroubledChannelsContext).get(channelId);
}
