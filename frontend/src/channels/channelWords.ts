/** The sentences about accounts that are not connected. */
import { isolated } from "../lib/text";

export interface StateWords {
  /** One or two words, for a chip. */
  readonly chip: string;
  /** What it means for the conversations. Absent where it will pass by itself. */
  readonly effect?: string;
  readonly next?: string;
  /** What the accounts page offers first. */
  readonly remedy?: "reconnect" | "restart";
}

const RECONNECT = "Connect it again; what came meanwhile then follows.";

export const STATE_WORDS: ReadonlyMap<string, StateWords> = new Map<string, StateWords>([
  ["ok", { chip: "Connected" }],
  ["connecting", { chip: "Connecting" }],
  ["credentials", { chip: "Signed out", effect: "is signed out: no new messages arrive.", next: RECONNECT, remedy: "reconnect" }],
  ["permissions", { chip: "Lacks permission", effect: "lacks a permission: messages may be missing.", next: RECONNECT, remedy: "reconnect" }],
  [
    "error",
    {
      chip: "Stopped by an error",
      effect: "stopped with an error: no new messages arrive.",
      next: "Restart it; if that does not help, connect it again.",
      remedy: "restart",
    },
  ],
  [
    "stopped",
    {
      chip: "Stopped",
      effect: "is stopped: no new messages arrive.",
      next: "Restart it. If that does not help, see at Unipile whether your plan covers it.",
      remedy: "restart",
    },
  ],
  [
    "deleted",
    {
      chip: "Removed",
      effect: "was removed at Unipile: no new messages arrive. What is here stays.",
      next: "To go on with it, connect it as a new account.",
    },
  ],
]);

export const CHANNEL_WORDS = {
  banner: (name: string, effect: string) => `${name} ${effect}`,
  named: (name: string, provider: string) => `${name} on ${provider}`,
  timeLine: "Timeline",
  timeLineOf: (name: string) => `What Unipile said of ${isolated(name)}`,
  lastDelivery: (moment: string) => `Last delivery: ${moment}`,
  noDelivery: "Nothing has been delivered from this account yet.",
  loading: "Loading the timeline…",
  failed: "The timeline could not be loaded.",
  failedNext: "It is kept on the server. See that the server answers, then try again.",
  empty: "Unipile has said nothing of this account yet.",
  more: "Show earlier ones",
  nameless: "This account",
} as const;
