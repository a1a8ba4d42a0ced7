import { useState } from "react";

import type { Attachment } from "../../api/types";
import { outgoingFileId } from "../../sync/outgoing";
import { isStored } from "../../sync/queries";
import type { LocalMessage } from "../../sync/rows";
import { PICTURED, reservedBox } from "./attachmentBox";
import { MissingCard, OutOfReachCard, ViewOnceCard, WaitingCard } from "./cards";
import { FileCard } from "./FileCard";
import { Loop } from "./Loop";
import { Outgoing } from "./Outgoing";
import { Picture } from "./Picture";
import { Sound } from "./Sound";

interface AttachmentProps {
  readonly message: LocalMessage;
  readonly attachment: Attachment;
}

/** One file of a message. The box it is first given is kept while it is drawn, so that its arrival moves nothing. */
function AttachmentView({ message, attachment }: AttachmentProps) {
  const { kind, state } = attachment;
  const [given] = useState(() => (PICTURED.has(kind) && state !== "unavailable" ? reservedBox(attachment) : null));
  const [outOfReach, setOutOfReach] = useState(false);
  const fileId = outgoingFileId(attachment);
  if (fileId !== null) return <Outgoing attachment={attachment} fileId={fileId} box={given} />;
  if (message.view_once) return <ViewOnceCard kind={kind} />;
  if (state === "unavailable") return <MissingCard attachment={attachment} box={given} />;
  if (!isStored(attachment)) return <WaitingCard attachment={attachment} box={given} />;
  const box = given ?? reservedBox(attachment);
  if (outOfReach) {
    return (
      <OutOfReachCard
        attachment={attachment}
        box={PICTURED.has(kind) ? box : null}
        onReach={() => {
          setOutOfReach(false);
        }}
      />
    );
  }
  const shared = {
    attachment,
    box,
    onError: () => {
      setOutOfReach(true);
    },
  };
  switch (kind) {
    case "image":
    case "video":
    case "sticker":
      return <Picture {...shared} message={message} />;
    case "gif":
      return <Loop {...shared} />;
    case "audio":
    case "voice":
      return <Sound attachment={attachment} message={message} />;
    case "file":
      return <FileCard attachment={attachment} />;
  }
}

export function Attachments({ message }: { readonly message: LocalMessage }) {
  return message.attachments.map((attachment) => (
    <AttachmentView key={attachment.id} message={message} attachment={attachment} />
  ));
}
