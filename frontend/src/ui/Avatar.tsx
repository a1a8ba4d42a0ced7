import { memo, useState, type ReactNode } from "react";

import { firstCharacters, oneLine, stableHash } from "../lib/text";

/** Classes `avatar-0` … in base.css, each with white text of at least 4.5 to 1. */
const COLOURS = 10;

const WORDS = /[\p{L}\p{N}\p{M}]+/gu;
const PICTURES = /(?:\p{Extended_Pictographic}|\u200d|\ufe0f)+/gu;

/** First letters of the first two words; the first two characters of a number or a single word; else a picture. */
export function initials(name: string): string {
  const shown = oneLine(name);
  const [first = "", second = ""] = shown.match(WORDS) ?? shown.match(PICTURES)?.slice(0, 1) ?? [];
  if (/^\+?[\d\s()-]+$/u.test(shown)) return shown.slice(0, 2);
  if (first === "") return "?";
  return (second === "" ? firstCharacters(first, 2) : firstCharacters(first, 1) + firstCharacters(second, 1)).toLocaleUpperCase();
}

interface AvatarProps {
  readonly name: string;
  /** What stays when the name changes: the same seed keeps the same colour. */
  readonly seed: string;
  readonly size?: "row" | "header" | "bubble";
  /** Where the picture is; the initials stand in its place until it is here, and where there is none. */
  readonly picture?: string | null;
  readonly badge?: ReactNode;
}

export const Avatar = memo(function Avatar({ name, seed, size = "row", picture = null, badge }: AvatarProps) {
  return (
    <span className={`avatar avatar-${size} avatar-${stableHash(seed) % COLOURS}`}>
      <span aria-hidden="true">{initials(name)}</span>
      {picture !== null && <Face key={picture} picture={picture} />}
      {badge}
    </span>
  );
});

/** Drawn over the initials once it is whole, and not at all when it cannot be had. */
function Face({ picture }: { readonly picture: string }) {
  const [state, setState] = useState<"coming" | "here" | "failed">("coming");
  if (state === "failed") return null;
  return (
    <img
      className={`avatar-face avatar-face-${state}`}
      src={picture}
      alt=""
      decoding="async"
      draggable={false}
      onLoad={() => {
        setState("here");
      }}
      onError={() => {
        setState("failed");
      }}
    />
  );
}
