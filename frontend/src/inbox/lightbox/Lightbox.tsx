import { useEffect, useEffectEvent, useRef, useState } from "react";

import { oneLine } from "../../lib/text";
import { fullTime } from "../../lib/time";
import { KIND_WORD, words } from "../../lib/words";
import { useLive } from "../../sync/client";
import { isStored, message as readMessage, type Shown } from "../../sync/queries";
import { useModal } from "../../ui/Dialog";
import { Icon, type IconName } from "../../ui/icons";
import { namedLine, namesByToken } from "../mentions";
import { messageShow } from "../messageShow";
import { MessageText } from "../MessageText";
import { usePlayer } from "../player/PlayerContext";
import { useBeside } from "./useBeside";
import { useZoom } from "./useZoom";
import { lightboxWords } from "./words";

const PAN_PX = 80;

interface ToolProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onPress: () => void;
  readonly className?: string;
  /** Nothing to press; it stays, and keeps the focus it has. */
  readonly idle?: boolean;
}

function Tool({ icon, label, onPress, className = "", idle = false }: ToolProps) {
  return (
    <button
      type="button"
      className={`lightbox-tool ${className}`}
      aria-label={label}
      aria-disabled={idle}
      title={label}
      onClick={onPress}
    >
      <Icon name={icon} />
    </button>
  );
}

interface LightboxProps {
  readonly first: Shown;
  readonly onClose: () => void;
}

/** The conversation's pictures and films, one at a time, over the whole window. */
export function Lightbox({ first, onClose }: LightboxProps) {
  const [shown, setShown] = useState(first);
  const beside = useBeside(shown);
  const dialog = useModal(onClose);
  const { message } = shown;
  const latest = useLive(readMessage, message.id);
  const gone = latest === null || (latest !== undefined && latest.deleted_at !== null);
  useEffect(() => {
    if (gone) onClose();
  }, [gone, onClose]);
  const turn = (way: "before" | "after"): void => {
    const next = beside[way];
    if (next !== null) setShown(next);
  };
  return (
    <dialog
      ref={dialog}
      className="lightbox"
      aria-label={lightboxWords.label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <Sheet key={shown.attachment.id} shown={shown} onTurn={turn} onClose={onClose} />
      {(["before", "after"] as const).map((way) => (
        <Tool
          key={way}
          icon={way}
          label={lightboxWords[way]}
          className={`lightbox-turn lightbox-${way}`}
          idle={beside[way] === null}
          onPress={() => {
            turn(way);
          }}
        />
      ))}
    </dialog>
  );
}

interface SheetProps {
  readonly shown: Shown;
  readonly onTurn: (way: "before" | "after") => void;
  readonly onClose: () => void;
}

/** One picture or film with its words. */
function Sheet({ shown: { message, attachment }, onTurn, onClose }: SheetProps) {
  const player = usePlayer();
  const frame = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLImageElement>(null);
  const [failed, setFailed] = useState(false);
  const zoom = useZoom(frame, picture, { onSwipe: onTurn, onBeside: onClose });
  const film = attachment.kind === "video" || (attachment.mime_type?.startsWith("video/") ?? false);
  const url = isStored(attachment) ? attachment.url : "";
  const sender = message.direction === "outbound" ? words.you : oneLine(message.sender_name ?? words.noName, 60);

  const keys: Readonly<Record<string, () => void>> = {
    PageUp: () => {
      onTurn("before");
    },
    PageDown: () => {
      onTurn("after");
    },
    "+": () => {
      zoom.closer(1);
    },
    "=": () => {
      zoom.closer(1);
    },
    "-": () => {
      zoom.closer(-1);
    },
    "0": zoom.fit,
  };
  const arrows: Readonly<Record<string, { readonly x: number; readonly y: number }>> = {
    ArrowLeft: { x: PAN_PX, y: 0 },
    ArrowRight: { x: -PAN_PX, y: 0 },
    ArrowUp: { x: 0, y: PAN_PX },
    ArrowDown: { x: 0, y: -PAN_PX },
  };
  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = Object.hasOwn(arrows, event.key) ? arrows[event.key] : undefined;
    if (arrow !== undefined) {
      // On a film the arrows go back and forth in it, as browsers have it.
      if (event.target instanceof HTMLVideoElement) return;
      event.preventDefault();
      if (zoom.view.scale > 1) zoom.pan(arrow);
      else if (arrow.x !== 0) onTurn(arrow.x > 0 ? "before" : "after");
      return;
    }
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    const dialog = frame.current?.closest("dialog");
    dialog?.addEventListener("keydown", onKeyDown);
    if (document.activeElement?.closest(".lightbox-turn") == null) frame.current?.focus();
    return () => {
      dialog?.removeEventListener("keydown", onKeyDown);
    };
  }, []);

  const { scale, x, y } = zoom.view;
  return (
    <div className="lightbox-sheet">
      <header className="lightbox-head">
        <p className="lightbox-who">
          <bdi>{sender}</bdi>
          <time dateTime={message.sent_at}>{fullTime(message.sent_at)}</time>
        </p>
        {!film && (
          <>
            <Tool
              icon="minus"
              label={lightboxWords.smaller}
              className="lightbox-zoom"
              onPress={() => {
                zoom.closer(-1);
              }}
            />
            <Tool
              icon="plus"
              label={lightboxWords.larger}
              className="lightbox-zoom"
              onPress={() => {
                zoom.closer(1);
              }}
            />
          </>
        )}
        <Tool
          icon="chat"
          label={lightboxWords.show}
          onPress={() => {
            onClose();
            messageShow(message.conversation_id, message.id);
          }}
        />
        <a className="lightbox-tool" href={url} download aria-label={lightboxWords.download} title={lightboxWords.download}>
          <Icon name="download" />
        </a>
        <Tool icon="close" label={lightboxWords.close} onPress={onClose} />
      </header>
      <div ref={frame} className={`lightbox-frame ${scale > 1 ? "lightbox-close" : ""}`} tabIndex={-1} {...zoom.handlers}>
        {failed ? (
          <p className="lightbox-failed" role="alert">
            {film ? lightboxWords.filmFailed : lightboxWords.failed}
          </p>
        ) : film ? (
          <video
            className="lightbox-film"
            src={url}
            poster={attachment.thumbnail_url ?? undefined}
            controls
            autoPlay
            playsInline
            aria-label={KIND_WORD[attachment.kind]}
            onPlay={(event) => {
              player.filmBegan(event.currentTarget);
            }}
            onError={() => {
              setFailed(true);
            }}
          />
        ) : (
          <img
            ref={picture}
            className="lightbox-picture"
            src={url}
            alt={namedLine(message.text, namesByToken(message.mentions), 200) || KIND_WORD[attachment.kind]}
            draggable={false}
            style={{ transform: `translate(${x}px, ${y}px) scale(${scale})` }}
            onError={() => {
              setFailed(true);
            }}
          />
        )}
      </div>
      {message.text !== "" && (
        <div className="lightbox-caption" dir="auto">
          <MessageText message={message} after={null} />
        </div>
      )}
    </div>
  );
}
