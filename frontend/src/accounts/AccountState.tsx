import type { Channel } from "../api/types";
import { isTroubled, needsSomebody, stateWord } from "../channels/channelState";
import { Icon, type IconName } from "../ui/icons";
import { words } from "./words";

interface Shown {
  readonly tone: "well" | "passing" | "troubled";
  readonly icon: IconName;
  readonly word: string;
}

export function shownState(channel: Channel): Shown {
  if (channel.paused_at !== null) return { tone: "passing", icon: "pause", word: words.paused };
  if (needsSomebody(channel)) return { tone: "troubled", icon: "alert", word: stateWord(channel) };
  if (channel.status === "unknown" && channel.status_word === null) return { tone: "passing", icon: "clock", word: words.unknown };
  if (isTroubled(channel)) return { tone: "passing", icon: "clock", word: stateWord(channel) };
  if (channel.alarms.some(({ kind }) => kind === "unusually_quiet")) {
    return { tone: "troubled", icon: "alert", word: words.quietChip };
  }
  return { tone: "well", icon: "tick", word: stateWord(channel) };
}

/** In what state an account is: a shape, a word, and a colour that repeats them. */
export function AccountState({ channel }: { readonly channel: Channel }) {
  const { tone, icon, word } = shownState(channel);
  return (
    <span className={`account-state account-${tone}`}>
      <Icon name={icon} size={15} />
      <bdi>{word}</bdi>
    </span>
  );
}
