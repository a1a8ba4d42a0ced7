import { useEffect, useEffectEvent, useRef, useState } from "react";

import { duration } from "../../lib/time";
import type { OutgoingFile } from "../../sync/outgoing";
import { Icon } from "../../ui/icons";
import { describeVoice } from "./files";
import { composerWords } from "./words";

/** What WhatsApp plays first. */
const FORMATS = ["audio/ogg;codecs=opus", "audio/mp4", "audio/webm;codecs=opus", "audio/webm"];

/** A finger that holds the microphone: on it, slid away from it, or lifted in either place. */
export type Hold = "on" | "away" | "kept" | "dropped";

interface VoiceRecorderProps {
  /** Null where buttons end it. */
  readonly hold: Hold | null;
  readonly onRecorded: (file: OutgoingFile, blob: Blob) => void;
  readonly onEnd: () => void;
  readonly onRefused: () => void;
}

/** Records until it is stopped or left; what was recorded can then be listened to before it is sent. */
export default function VoiceRecorder({ hold, onRecorded, onEnd, onRefused }: VoiceRecorderProps) {
  const recorder = useRef<MediaRecorder | null>(null);
  const wanted = useRef(true);
  const [seconds, setSeconds] = useState(0);
  const latest = useRef({ onRecorded, onEnd, onRefused });
  useEffect(() => {
    latest.current = { onRecorded, onEnd, onRefused };
  });

  useEffect(() => {
    let left = false;
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setInterval> | undefined;
    const release = (): void => {
      clearInterval(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const begin = async (): Promise<void> => {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (left) {
        release();
        return;
      }
      const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
      const recording = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType });
      const pieces: Blob[] = [];
      const start = performance.now();
      recording.ondataavailable = ({ data }) => {
        pieces.push(data);
      };
      recording.onstop = () => {
        release();
        const blob = new Blob(pieces, { type: recording.mimeType });
        if (wanted.current && blob.size > 0) {
          latest.current.onRecorded(describeVoice(blob, (performance.now() - start) / 1000), blob);
        }
        if (!left) latest.current.onEnd();
      };
      recorder.current = recording;
      recording.start();
      timer = setInterval(() => {
        setSeconds((performance.now() - start) / 1000);
      }, 250);
    };
    begin().catch(() => {
      release();
      latest.current.onRefused();
    });
    return () => {
      left = true;
      if (recorder.current?.state === "recording") recorder.current.stop();
      release();
    };
  }, []);

  const end = (keep: boolean): void => {
    wanted.current = keep;
    if (recorder.current?.state === "recording") recorder.current.stop();
    else onEnd();
  };
  const lifted = useEffectEvent(end);
  useEffect(() => {
    if (hold === "kept" || hold === "dropped") lifted(hold === "kept");
  }, [hold]);
  return (
    <div
      className="composer-recording"
      role="group"
      aria-label={composerWords.recording(duration(seconds))}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        end(true);
      }}
    >
      <span className="recording-mark" aria-hidden="true" />
      <span aria-hidden="true">{duration(seconds)}</span>
      {hold === null ? (
        <>
          <button type="button" className="button" aria-label={composerWords.stop} autoFocus onClick={() => end(true)}>
            <Icon name="stop" size={16} /> {composerWords.stopShort}
          </button>
          <button type="button" className="icon-button" aria-label={composerWords.discard} title={composerWords.discard} onClick={() => end(false)}>
            <Icon name="trash" size={18} />
          </button>
        </>
      ) : (
        <span className={hold === "away" ? "composer-refusal" : "recording-hold"}>{hold === "away" ? composerWords.letGo : composerWords.holding}</span>
      )}
    </div>
  );
}
