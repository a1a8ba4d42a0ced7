import type { Attachment } from "../../api/types";
import { useFileAddress } from "../../sync/outgoing";
import type { Box } from "./attachmentBox";
import { OutgoingCard, titleOf } from "./cards";

interface OutgoingProps {
  readonly attachment: Attachment;
  readonly fileId: string;
  /** The place of a picture. */
  readonly box: Box | null;
}

/** A file on its way, drawn from what lies on this device. */
export function Outgoing({ attachment, fileId, box }: OutgoingProps) {
  const address = useFileAddress(fileId);
  if (attachment.kind !== "image" || box === null) return <OutgoingCard attachment={attachment} />;
  return (
    <span className="media media-picture" style={{ width: box.width, height: box.height }}>
      {address !== null && <img src={address} alt={titleOf(attachment)} />}
    </span>
  );
}
