import { uuid7 } from "../../lib/uuid";
import type { OutgoingFile } from "../../sync/outgoing";

/** What upstream takes with one message, all its files together. */
export const MOST_BYTES = 15_000_000;

const PICTURES = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"]);

function kindOf(type: string): OutgoingFile["kind"] {
  if (PICTURES.has(type)) return "image";
  if (type.startsWith("video/")) return "video";
  return type.startsWith("audio/") ? "audio" : "file";
}

async function sizeOfPicture(blob: Blob): Promise<{ readonly width: number | null; readonly height: number | null }> {
  try {
    const bitmap = await createImageBitmap(blob);
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  } catch {
    return { width: null, height: null };
  }
}

/** What is known of a file that somebody chose, before it is sent. */
export async function describeFile(blob: Blob, name: string): Promise<OutgoingFile> {
  const kind = kindOf(blob.type);
  const size = kind === "image" ? await sizeOfPicture(blob) : { width: null, height: null };
  return { id: uuid7(), kind, name, mime_type: blob.type, size_bytes: blob.size, ...size, duration_seconds: null, upload_id: null };
}

export function describeVoice(blob: Blob, seconds: number): OutgoingFile {
  return {
    id: uuid7(),
    kind: "voice",
    name: `voice.${blob.type.includes("mp4") ? "m4a" : blob.type.includes("ogg") ? "ogg" : "webm"}`,
    mime_type: blob.type.split(";", 1)[0] ?? "",
    size_bytes: blob.size,
    width: null,
    height: null,
    duration_seconds: Math.max(1, Math.round(seconds)),
    upload_id: null,
  };
}

/** A recording goes alone: it takes the place of all that was chosen, and what is chosen takes its place. */
export function withFile<F extends Pick<OutgoingFile, "kind">>(before: readonly F[], file: F): readonly F[] {
  return file.kind === "voice" ? [file] : [...before.filter(({ kind }) => kind !== "voice"), file];
}

/** The same list with one file moved by one place. */
export function moved(files: readonly OutgoingFile[], index: number, by: 1 | -1): readonly OutgoingFile[] {
  const [one, other] = [files[index], files[index + by]];
  if (one === undefined || other === undefined) return files;
  return files.map((file, place) => (place === index ? other : place === index + by ? one : file));
}
