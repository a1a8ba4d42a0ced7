import { duration } from "../../lib/time";

export const playerWords = {
  region: "Now playing",
  play: (title: string) => `Play ${title}`,
  pause: (title: string) => `Pause ${title}`,
  place: (title: string) => `Position in ${title}`,
  placeOf: (at: number, seconds: number) => `${duration(at)} of ${duration(seconds)}`,
  rate: (rate: number) => `Speed ${rate}×, change it`,
  show: (title: string) => `Show ${title} where it was sent`,
  close: "Stop and close the player",
  failed: "cannot be played here",
} as const;
