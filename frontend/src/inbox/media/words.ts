import type { Attachment } from "../../api/types";

/** Why a file is not here, and what can be done, by the word of the protocol. */
const FAILURE: Readonly<Record<string, string>> = {
  gone: "no longer offered by the network",
  deleted: "deleted by the sender",
  too_large: "larger than the server accepts",
  refused: "refused by the network",
  failed: "fetching it failed",
  not_asked_for: "left out when the history was copied",
};

export const mediaWords = {
  waiting: "being fetched…",
  tryAgain: "Try again",
  trying: "Trying…",
  tried: "The server tries again; it appears here by itself.",
  unavailable: (failure: string | null) =>
    (failure !== null && Object.hasOwn(FAILURE, failure) ? FAILURE[failure] : undefined) ?? "no longer available",
  outOfReach: "cannot be reached now",
  outOfReachNext: "It appears by itself when the server answers.",
  enlarge: (name: string) => `Enlarge ${name}`,
  playFilm: (name: string) => `Play ${name}`,
  playGif: "Play the GIF",
  pauseGif: "Pause the GIF",
  download: (name: string) => `Download ${name}`,
  viewOnce: "can be seen once, on the phone only",
  notLoaded: "This part of Landline could not be loaded. Reload the page.",
} as const;

/** What kinds of file a name ends in, in words that fit on a badge. */
export function fileType({ name, mime_type }: Pick<Attachment, "name" | "mime_type">): string {
  const ending = /\.([a-z0-9]{1,5})$/iu.exec(name ?? "")?.[1] ?? /\/(?:x-)?([a-z0-9]{1,5})$/iu.exec(mime_type ?? "")?.[1];
  return ending?.toUpperCase() ?? "";
}
