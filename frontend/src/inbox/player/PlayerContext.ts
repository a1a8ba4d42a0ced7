import { createContext, use, useCallback, useSyncExternalStore } from "react";

import type { Id } from "../../api/types";
import type { Player, Playing } from "./player";

export const PlayerContext = createContext<Player | null>(null);

export function usePlayer(): Player {
  const player = use(PlayerContext);
  if (player === null) throw new Error("usePlayer is used outside of SoundStage");
  return player;
}

export function usePlaying(): Playing {
  const player = usePlayer();
  return useSyncExternalStore(player.subscribe, player.get);
}

/** What plays, for the bubble of that sound alone; all others do not hear of it. */
export function usePlayingOf(attachmentId: Id): Playing | null {
  const player = usePlayer();
  return useSyncExternalStore(
    player.subscribe,
    useCallback(() => {
      const playing = player.get();
      return playing.sound?.attachmentId === attachmentId ? playing : null;
    }, [player, attachmentId]),
  );
}
