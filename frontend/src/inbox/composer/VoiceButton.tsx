import type { ReactNode } from "react";

import { composerWords } from "./words";

const canRecord = (): boolean => typeof MediaRecorder !== "undefined" && "mediaDevices" in navigator;

interface VoiceButtonProps {
  readonly className: string;
  /** Files are chosen: a recording goes alone. */
  readonly disabled: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

/** Begins a recording, where the browser can make one. */
export function VoiceButton({ className, disabled, onPress, children }: VoiceButtonProps) {
  const why = canRecord() ? composerWords.voice : composerWords.voiceUnsupported;
  return (
    <button type="button" className={className} aria-label={composerWords.voice} title={why} disabled={!canRecord() || disabled} onClick={onPress}>
      {children}
    </button>
  );
}
