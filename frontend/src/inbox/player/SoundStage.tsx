import { lazy, Suspense, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";

import type { Id } from "../../api/types";
import { useClient } from "../../sync/client";
import { readPlaybackRate, writePlaybackRate } from "../../sync/device";
import { voiceAfter } from "../../sync/queries";
import { loaded } from "../loaded";
import { Player } from "./player";
import { PlayerContext } from "./PlayerContext";
import { soundOf } from "./sound";

const NowPlaying = lazy(() => loaded(import("./NowPlaying").then((file) => file.NowPlaying)));

interface SoundStageProps {
  readonly conversationId: Id | null;
  readonly children: ReactNode;
}

/** Holds what is heard above all that is shown: it plays on while conversations and screens change. */
export function SoundStage({ conversationId, children }: SoundStageProps) {
  const { db } = useClient();
  const [player] = useState(
    () =>
      new Player({
        rate: readPlaybackRate(),
        onRate: writePlaybackRate,
        next: async (sound) => {
          const next = await voiceAfter(db, sound.messageId);
          return next === null ? null : soundOf(next.message, next.attachment);
        },
      }),
  );
  useEffect(
    () => () => {
      player.close();
    },
    [player],
  );
  const shown = useSyncExternalStore(player.subscribe, () => {
    const { sound, inSight } = player.get();
    return sound !== null && (sound.conversationId !== conversationId || !inSight);
  });
  return (
    <PlayerContext value={player}>
      {children}
      {shown && (
        <Suspense>
          <NowPlaying />
        </Suspense>
      )}
    </PlayerContext>
  );
}
