import type { Attachment } from "../../api/types";
import { oneLine } from "../../lib/text";
import { KIND_WORD, words } from "../../lib/words";
import type { LocalMessage } from "../../sync/rows";
import type { Sound } from "./player";

export function soundOf(message: LocalMessage, attachment: Attachment): Sound {
  const name = attachment.kind === "audio" ? oneLine(attachment.name ?? "", 80) : "";
  const sender = message.direction === "outbound" ? words.you : oneLine(message.sender_name ?? "", 60);
  return {
    attachmentId: attachment.id,
    messageId: message.id,
    conversationId: message.conversation_id,
    url: attachment.url ?? "",
    title: [name === "" ? KIND_WORD[attachment.kind] : name, sender].filter((part) => part !== "").join(" · "),
    voice: attachment.kind === "voice",
    seconds: attachment.duration_seconds,
  };
}
