import { useEffect, useLayoutEffect, useRef, useState } from "react";

import type { Attachment } from "../../api/types";
import { duration } from "../../lib/time";
import type { LocalMessage } from "../../sync/rows";
import { Icon } from "../../ui/icons";
import { usePlayer, usePlaying, usePlayingOf } from "./PlayerContext";
import { soundOf } from "./sound";
import { Track } from "./Track";
import { knownWaveform, waveform } from "./waveform";
import { playerWords } from "./words";

interface SoundRowProps {
  readonly message: LocalMessage;
  readonly attachment: Attachment;
}

/** A voice message or a piece of music in its bubble. */
export function SoundRow({ message, attachment }: SoundRowProps) {
  const player = usePlayer();
  const playing = usePlayingOf(attachment.id);
  const row = useRef<HTMLDivElement>(null);
  const inSight = useRef(false);
  const [drawing, setDrawing] = useState(() => knownWaveform(attachment.id));
  const { id, size_bytes } = attachment;

  useEffect(() => {
    const element = row.current;
    if (element === null) return;
    const leaving = new AbortController();
    const observer = new IntersectionObserver(([entry]) => {
      inSight.current = entry?.isIntersecting === true;
      player.sighted(id, inSight.current);
      // Without the bytes the line stays flat; it is drawn when it next comes into sight.
      if (inSight.current) waveform(id, size_bytes, leaving.signal).then(setDrawing, () => undefined);
    });
    observer.observe(element);
    return () => {
      leaving.abort();
      observer.disconnect();
      player.sighted(id, false);
    };
  }, [player, id, size_bytes]);

  const isCurrent = playing !== null;
  useLayoutEffect(() => {
    if (isCurrent) player.sighted(id, inSight.current);
  }, [player, id, isCurrent]);

  const told = soundOf(message, attachment);
  const sound = { ...told, seconds: told.seconds ?? drawing?.seconds ?? null };
  const seconds = (playing?.seconds ?? 0) || (sound.seconds ?? 0);
  const at = playing?.at ?? 0;
  const started = playing !== null && (playing.playing || at > 0);
  const isPlaying = playing?.playing === true;
  return (
    <div ref={row} className={`sound sound-${attachment.kind} attachment-kept`}>
      <button
        type="button"
        className="sound-play"
        aria-label={isPlaying ? playerWords.pause(sound.title) : playerWords.play(sound.title)}
        onClick={() => {
          player.toggle(sound);
        }}
      >
        <Icon name={isPlaying ? "pause" : "play"} size={20} className="icon-solid" />
      </button>
      <Track
        title={sound.title}
        at={at}
        seconds={seconds}
        drawing={drawing?.bars ?? null}
        onSeek={(to) => {
          player.seek(sound, to);
        }}
      />
      <span className="sound-time">
        {playing?.failed === true ? (
          <span className="sound-failed" role="alert">
            {playerWords.failed}
          </span>
        ) : (
          <>
            {(started || seconds > 0) && duration(started ? at : seconds)}
            {!sound.voice && <bdi className="sound-title"> {sound.title}</bdi>}
          </>
        )}
      </span>
      {started ? (
        <RateButton />
      ) : (
        <span className="sound-kind">
          <Icon name={attachment.kind} size={18} />
        </span>
      )}
    </div>
  );
}

export function RateButton() {
  const player = usePlayer();
  const { rate } = usePlaying();
  return (
    <button
      type="button"
      className="sound-rate"
      aria-label={playerWords.rate(rate)}
      onClick={() => {
        player.changeRate();
      }}
    >
      {rate}×
    </button>
  );
}
