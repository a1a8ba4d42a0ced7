/** The sentences about messages on their way. */
import type { Sending } from "../../api/types";

export const EVIDENCE_WORD: Readonly<Record<NonNullable<Sending["evidence"]>, string>> = {
  answer: "Unipile answered that it was sent",
  echo: "it was seen in the account",
  person: "somebody here said so",
  read_back: "it was found when the conversation was read again",
  receipt: "the other side's receipt came",
};

/** Of what this device itself knows; the server says its own reasons in words. */
const REASON_WORD: ReadonlyMap<string, string> = new Map([
  ["not_kept", "This device has no room to keep it. It is lost when this page closes."],
  ["file_lost", "A file of it is no longer on this device."],
  ["unreachable", "The server does not answer; it is tried again"],
]);

export function reasonWord(code: string | null, reason: string | null): string {
  return REASON_WORD.get(code ?? "") ?? reason ?? "";
}

export const sendingWords = {
  evidence: (words: string, moment: string) => `${words}, ${moment}`,
  failed: (why: string) => (why === "" ? "Not sent." : `Not sent: ${why}`),
  unconfirmed: "It is not certain that this arrived.",
  retry: "Send again",
  arrived: "It arrived",
  delete: "Delete",
  copy: "Copy",
  skip: "Send the others",
  undo: "Undo",
  cancel: "Cancel",
  leavesIn: (seconds: number) => `Leaves in ${seconds} s`,
  queued: "Kept on this device until the server answers",
  nextTry: (moment: string) => `Next try at ${moment}.`,
  deciding: "Waiting for the server…",
  uploading: (percent: number) => `Uploading ${percent} %`,
} as const;
