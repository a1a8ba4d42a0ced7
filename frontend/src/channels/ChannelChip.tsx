import type { Id } from "../api/types";
import { Icon } from "../ui/icons";
import { stateWord, useTrouble } from "./channelState";

/** In what state the account of a conversation is, where that is not as it should be. */
export function ChannelChip({ channelId, short = false }: { readonly channelId: Id; readonly short?: boolean }) {
  const channel = useTrouble(channelId);
  if (channel === undefined) return null;
  const word = stateWord(channel);
  return (
    <span className="channel-chip" title={word}>
      {short ? <Icon name="alert" size={13} label={word} /> : <Icon name="alert" size={13} />}
      {!short && <bdi>{word}</bdi>}
    </span>
  );
}
