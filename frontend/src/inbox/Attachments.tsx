import type { Attachment } from "../api/types";
import { fileSize, oneLine } from "../lib/text";
import { duration } from "../lib/time";
import { ATTACHMENT_STATE, KIND_WORD, words } from "../lib/words";
import { Icon } from "../ui/icons";
import { reservedBox } from "./attachmentBox";
import { StoredMedia } from "./StoredMedia";

const PICTURED: ReadonlySet<Attachment["kind"]> = new Set(["image", "video", "gif", "sticker"]);

function facts(attachment: Attachment): string {
  const { size_bytes, duration_seconds, state } = attachment;
  return [
    duration_seconds === null ? null : duration(duration_seconds),
    size_bytes === null ? null : fileSize(size_bytes),
    ATTACHMENT_STATE[state],
  ]
    .filter(Boolean)
    .join(" · ");
}

function AttachmentCard({ attachment, viewOnce }: { readonly attachment: Attachment; readonly viewOnce: boolean }) {
  const { kind, name } = attachment;
  const pictured = PICTURED.has(kind) && attachment.state !== "unavailable";
  const title = kind === "file" && name !== null && name !== "" ? oneLine(name, 80) : KIND_WORD[kind];
  return (
    <div
      className={`attachment ${pictured ? "attachment-pictured" : "attachment-flat"} attachment-${attachment.state}`}
      style={pictured ? reservedBox(attachment) : undefined}
    >
      <Icon name={kind} size={pictured ? 28 : 22} />
      <span className="attachment-words">
        <bdi className="attachment-title">{title}</bdi>
        <span className="attachment-facts">{viewOnce ? words.message.viewOnce : facts(attachment)}</span>
      </span>
    </div>
  );
}

interface AttachmentsProps {
  readonly attachments: readonly Attachment[];
  readonly viewOnce: boolean;
}

export function Attachments({ attachments, viewOnce }: AttachmentsProps) {
  return attachments.map((attachment) => {
    const card = <AttachmentCard key={attachment.id} attachment={attachment} viewOnce={viewOnce} />;
    if (viewOnce || attachment.state !== "stored") return card;
    return <StoredMedia key={attachment.id} attachment={attachment} fallback={card} />;
  });
}
