import { lazy, Suspense, useEffect, useEffectEvent, useRef, useState, type PointerEvent, type ReactNode } from "react";

import type { OutgoingFile } from "../../sync/outgoing";
import { loaded } from "../loaded";
import { longPress } from "../longPress";
import type { Hold } from "./VoiceRecorder";
import { composerWords } from "./words";

const VoiceRecorder = lazy(() => loaded(import("./VoiceRecorder").then((file) => file.default)));

/** A finger that has slid so far has left the microphone. */
const AWAY_PX = 80;

const canRecord = (): boolean => typeof MediaRecorder !== "undefined" && "mediaDevices" in navigator;

interface VoiceToolProps {
  readonly className: string;
  /** Files are chosen: a recording goes alone. */
  readonly disabled: boolean;
  readonly recording: boolean;
  readonly onBegin: () => void;
  readonly onRecorded: (file: OutgoingFile, blob: Blob) => void;
  readonly onEnd: () => void;
  readonly onRefused: () => void;
  readonly children: ReactNode;
}

/**
 * The microphone. A press begins a recording, and buttons end it; a finger that stays on it records until it is lifted. The
 * button is there while that lasts, though not seen, for it is told where the finger goes.
 */
export function VoiceTool({ className, disabled, recording, onBegin, onRecorded, onEnd, onRefused, children }: VoiceToolProps) {
  const button = useRef<HTMLButtonElement>(null);
  const start = useRef({ x: 0, y: 0 });
  const [hold, setHold] = useState<Hold | null>(null);
  const why = canRecord() ? composerWords.voice : composerWords.voiceUnsupported;

  const begin = useEffectEvent(({ clientX, clientY }: globalThis.PointerEvent): boolean => {
    // A disabled button is pressed by nobody, but is told of fingers.
    if (button.current?.disabled !== false) return false;
    start.current = { x: clientX, y: clientY };
    setHold("on");
    onBegin();
    return true;
  });
  useEffect(() => {
    const element = button.current;
    if (element === null) return;
    const leaving = new AbortController();
    longPress(element, leaving.signal, (event) => begin(event));
    return () => {
      leaving.abort();
    };
  }, []);
  const follow = (there: Hold, elsewhere: Hold) => ({ clientX, clientY }: PointerEvent): void => {
    const isAway = Math.hypot(clientX - start.current.x, clientY - start.current.y) > AWAY_PX;
    setHold((before) => (before === "on" || before === "away" ? (isAway ? elsewhere : there) : before));
  };
  const leave = (then: () => void) => (): void => {
    setHold(null);
    then();
  };

  return (
    <>
      {recording && (
        <Suspense>
          <VoiceRecorder hold={hold} onRecorded={onRecorded} onEnd={leave(onEnd)} onRefused={leave(onRefused)} />
        </Suspense>
      )}
      <button
        ref={button}
        type="button"
        className={`voice-tool ${className}`}
        aria-label={composerWords.voice}
        title={why}
        hidden={recording}
        disabled={!canRecord() || disabled}
        onClick={onBegin}
        onPointerMove={follow("on", "away")}
        onPointerUp={follow("kept", "dropped")}
        onPointerCancel={() => {
          setHold(null);
        }}
      >
        {children}
      </button>
    </>
  );
}
