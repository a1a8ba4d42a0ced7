import type { KeyboardEvent } from "react";

import { BARS } from "./waveform";
import { playerWords } from "./words";

const HEIGHT = 26;
const STEP_SECONDS = 5;

/** Bars of the drawing from one index to another; without a drawing, a line of dots. */
function bars(drawing: readonly number[] | null, from: number, to: number): string {
  let path = "";
  for (let bar = from; bar < to; bar += 1) {
    const half = drawing === null ? 1 : Math.max(1, ((drawing[bar] ?? 0) * (HEIGHT - 2)) / 2);
    path += `M${bar * 4 + 2} ${HEIGHT / 2 - half}v${half * 2}`;
  }
  return path;
}

interface TrackProps {
  readonly title: string;
  readonly at: number;
  readonly seconds: number;
  readonly drawing: readonly number[] | null;
  readonly onSeek: (seconds: number) => void;
}

/** The line of a sound, to see how far it is and to go elsewhere in it: a real slider under a drawing. */
export function Track({ title, at, seconds, drawing, onSeek }: TrackProps) {
  const played = seconds > 0 ? Math.round((Math.min(at, seconds) / seconds) * BARS) : 0;
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = Math.min(STEP_SECONDS, seconds / 10);
    const way = { ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    onSeek(at + way);
  };
  return (
    <span className="track">
      <svg viewBox={`0 0 ${BARS * 4} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path className="track-played" d={bars(drawing, 0, played)} />
        <path className="track-rest" d={bars(drawing, played, BARS)} />
      </svg>
      <input
        type="range"
        min={0}
        max={Math.max(seconds, 0.1)}
        step="any"
        value={Math.min(at, seconds)}
        aria-label={playerWords.place(title)}
        aria-valuetext={playerWords.placeOf(at, seconds)}
        onChange={(event) => {
          onSeek(Number(event.target.value));
        }}
        onKeyDown={onKeyDown}
      />
    </span>
  );
}
