import { clockTime } from "../../lib/time";
import { STATUS_WORD } from "../../lib/words";
import type { LocalMessage } from "../../sync/rows";
import type { MessageStatus } from "../../api/types";
import type { IconName } from "../../ui/icons";
import { EVIDENCE_WORD, sendingWords } from "./words";

export const STATUS_ICON: Readonly<Record<MessageStatus, IconName>> = {
  pending: "clock",
  sending: "clock",
  unconfirmed: "alert",
  sent: "tick",
  delivered: "ticks",
  read: "ticks",
  failed: "alert",
};

/** What a tick means, and what proves it. */
export function statusTitle({ status, sending, author_name }: LocalMessage): string {
  if (status === null) return "";
  const lines: string[] = [STATUS_WORD[status]];
  if (sending?.evidence != null) {
    const proof = EVIDENCE_WORD[sending.evidence];
    lines.push(sending.evidence_at === null ? proof : sendingWords.evidence(proof, clockTime(sending.evidence_at)));
  }
  if (author_name !== null && author_name !== "") lines.push(author_name);
  return lines.join("\n");
}
