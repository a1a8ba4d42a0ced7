import { useEffect, useRef, useState, useSyncExternalStore } from "react";

import { Icon } from "../../ui/icons";
import { titleOf } from "./cards";
import type { PicturedProps } from "./Picture";
import { mediaWords } from "./words";

const LESS_MOTION = "(prefers-reduced-motion: reduce)";

function useLessMotion(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = matchMedia(LESS_MOTION);
      query.addEventListener("change", listener);
      return () => {
        query.removeEventListener("change", listener);
      };
    },
    () => matchMedia(LESS_MOTION).matches,
  );
}

/** A GIF, be it a picture or a short film: moves by itself while in sight, unless less motion is wanted; a press changes that. */
export function Loop({ attachment, box, onError }: PicturedProps) {
  const still = useLessMotion();
  const [chosen, setChosen] = useState<boolean | null>(null);
  const moving = chosen ?? !still;
  const film = attachment.mime_type?.startsWith("video/") ?? false;
  const { url, thumbnail_url: thumbnail } = attachment;
  return (
    <button
      type="button"
      className="media media-picture media-loop"
      style={{ width: box.width, height: box.height }}
      aria-label={moving ? mediaWords.pauseGif : mediaWords.playGif}
      aria-pressed={moving}
      onClick={() => {
        setChosen(!moving);
      }}
    >
      {film ? (
        <LoopingFilm url={url} poster={thumbnail} moving={moving} label={titleOf(attachment)} onError={onError} />
      ) : (
        (moving || thumbnail !== null) && (
          <img src={moving ? url : (thumbnail ?? url)} alt="" decoding="async" draggable={false} onError={onError} />
        )
      )}
      {!moving && (
        <span className="media-badge media-badge-centre">
          <Icon name="play" size={24} />
        </span>
      )}
      <span className="media-badge media-badge-corner">GIF</span>
    </button>
  );
}

interface LoopingFilmProps {
  readonly url: string;
  readonly poster: string | null;
  readonly moving: boolean;
  readonly label: string;
  readonly onError: () => void;
}

function LoopingFilm({ url, poster, moving, label, onError }: LoopingFilmProps) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const film = element.current;
    if (film === null) return;
    film.muted = true;
    let seen = false;
    const follow = (): void => {
      // Refused in a hidden tab or under a saving mode: the first picture stands, which is no failure.
      if (moving && seen) film.play().catch(() => undefined);
      else film.pause();
    };
    const observer = new IntersectionObserver(([entry]) => {
      seen = entry?.isIntersecting === true;
      follow();
    });
    observer.observe(film);
    follow();
    return () => {
      observer.disconnect();
      film.pause();
    };
  }, [moving]);
  return (
    <video
      ref={element}
      src={url}
      poster={poster ?? undefined}
      preload={poster === null ? "metadata" : "none"}
      muted
      loop
      playsInline
      tabIndex={-1}
      aria-label={label}
      onError={onError}
    />
  );
}
