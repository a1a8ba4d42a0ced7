import { duration } from "../../lib/time";
import type { StoredAttachment } from "../../sync/queries";
import type { LocalMessage } from "../../sync/rows";
import { Icon } from "../../ui/icons";
import { useThreadActions } from "../threadActions";
import type { Box } from "./attachmentBox";
import { titleOf } from "./cards";
import { mediaWords } from "./words";

export interface PicturedProps {
  readonly attachment: StoredAttachment;
  readonly box: Box;
  readonly onError: () => void;
}

/** A picture, a sticker, or the first sight of a film. What is looked at closer opens over the page. */
export function Picture({ attachment, box, onError, message }: PicturedProps & { readonly message: LocalMessage }) {
  const { enlarge } = useThreadActions();
  const { kind, url, thumbnail_url: thumbnail, duration_seconds } = attachment;
  const size = { width: box.width, height: box.height };
  const label = titleOf(attachment);
  if (kind === "sticker") {
    return <img className="media media-sticker" style={size} src={url} alt={label} decoding="async" onError={onError} />;
  }
  const film = kind === "video";
  const source = film ? thumbnail : (thumbnail ?? url);
  return (
    <button
      type="button"
      className={`media media-picture ${film ? "media-film" : ""}`}
      style={size}
      aria-label={film ? mediaWords.playFilm(label) : mediaWords.enlarge(label)}
      onClick={() => {
        enlarge(message, attachment);
      }}
    >
      {source !== null && <img src={source} alt="" loading="lazy" decoding="async" draggable={false} onError={onError} />}
      {film && (
        <>
          <span className="media-badge media-badge-centre">
            <Icon name="play" size={24} />
          </span>
          {duration_seconds !== null && <span className="media-badge media-badge-corner">{duration(duration_seconds)}</span>}
        </>
      )}
    </button>
  );
}
