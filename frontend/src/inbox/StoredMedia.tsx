import { useState, type ReactNode } from "react";

import type { Attachment } from "../api/types";
import { oneLine } from "../lib/text";
import { KIND_WORD, words } from "../lib/words";
import { Dialog } from "../ui/Dialog";
import { reservedBox } from "./attachmentBox";

interface StoredMediaProps {
  readonly attachment: Attachment;
  /** Drawn while the bytes cannot be had, as without the server. */
  readonly fallback: ReactNode;
}

/** A file that the server keeps, shown or played where it stands. Its bytes are asked from our own server only. */
export function StoredMedia({ attachment, fallback }: StoredMediaProps) {
  const [isOutOfReach, setOutOfReach] = useState(false);
  const { kind, url, thumbnail_url: thumbnail } = attachment;
  if (url === null || isOutOfReach) return fallback;
  const onError = () => {
    setOutOfReach(true);
  };
  const label = attachment.name === null || attachment.name === "" ? KIND_WORD[kind] : oneLine(attachment.name, 80);
  switch (kind) {
    case "image":
    case "sticker":
      return <Picture attachment={attachment} url={url} label={label} onError={onError} />;
    case "video":
    case "gif":
      return (
        <video
          className="media media-video"
          style={reservedBox(attachment)}
          src={url}
          poster={thumbnail ?? undefined}
          controls
          loop={kind === "gif"}
          preload={thumbnail === null ? "metadata" : "none"}
          aria-label={label}
          onError={onError}
        />
      );
    case "audio":
    case "voice":
      return <audio className="media media-audio" src={url} controls preload="none" aria-label={label} onError={onError} />;
    case "file":
      return (
        <a className="media-file" href={url} download aria-label={words.message.download(label)}>
          {fallback}
        </a>
      );
  }
}

interface PictureProps {
  readonly attachment: Attachment;
  readonly url: string;
  readonly label: string;
  readonly onError: () => void;
}

function Picture({ attachment, url, label, onError }: PictureProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="media media-picture"
        style={reservedBox(attachment)}
        aria-label={words.message.enlarge(label)}
        onClick={() => {
          setOpen(true);
        }}
      >
        <img src={attachment.thumbnail_url ?? url} alt="" loading="lazy" decoding="async" onError={onError} />
      </button>
      {isOpen && (
        <Dialog
          title={label}
          className="lightbox"
          onClose={() => {
            setOpen(false);
          }}
        >
          <img className="lightbox-picture" src={url} alt={label} />
        </Dialog>
      )}
    </>
  );
}
