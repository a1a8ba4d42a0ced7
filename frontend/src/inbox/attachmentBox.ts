import type { Attachment } from "../api/types";

const WIDEST = 280;
const TALLEST = 320;
const WITHOUT_MEASURES = { width: WIDEST, height: 158 };

/** The box that a picture has, or will have, so that nothing moves once it is there. */
export function reservedBox({ width, height }: Pick<Attachment, "width" | "height">): { width: number; height: number } {
  if (width === null || height === null || width <= 0 || height <= 0) return WITHOUT_MEASURES;
  const scale = Math.min(1, WIDEST / width, TALLEST / height);
  return { width: Math.max(96, Math.round(width * scale)), height: Math.max(72, Math.round(height * scale)) };
}
