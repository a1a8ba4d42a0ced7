import type { Attachment } from "../../api/types";

const WIDEST = 280;
const TALLEST = 320;
const STICKER = 160;
const WITHOUT_MEASURES = { width: WIDEST, height: 158 };

export interface Box {
  readonly width: number;
  readonly height: number;
}

export const PICTURED: ReadonlySet<Attachment["kind"]> = new Set(["image", "video", "gif", "sticker"]);

/** The box that a picture has, or will have, so that nothing moves once it is there. */
export function reservedBox({ kind, width, height }: Pick<Attachment, "kind" | "width" | "height">): Box {
  if (kind === "sticker") return { width: STICKER, height: STICKER };
  if (width === null || height === null || width <= 0 || height <= 0) return WITHOUT_MEASURES;
  const scale = Math.min(1, WIDEST / width, TALLEST / height);
  return { width: Math.max(96, Math.round(width * scale)), height: Math.max(72, Math.round(height * scale)) };
}
