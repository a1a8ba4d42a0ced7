import type { StoredAttachment } from "../../sync/queries";
import { Icon } from "../../ui/icons";
import { factsOf, titleOf } from "./cards";
import { fileType, mediaWords } from "./words";

export function FileCard({ attachment }: { readonly attachment: StoredAttachment }) {
  const title = titleOf(attachment);
  const facts = [fileType(attachment), ...factsOf(attachment)].filter((fact) => fact !== "");
  return (
    <a className="attachment attachment-flat attachment-file" href={attachment.url} download aria-label={mediaWords.download(title)}>
      <Icon name="file" size={22} />
      <span className="attachment-words">
        <bdi className="attachment-title">{title}</bdi>
        <span className="attachment-facts">{facts.join(" · ")}</span>
      </span>
      <Icon name="download" size={18} className="attachment-act" />
    </a>
  );
}
