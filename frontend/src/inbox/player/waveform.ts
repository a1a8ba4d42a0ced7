import type { Id } from "../../api/types";
import { attachmentRead } from "../../sync/media";

export const BARS = 48;

/** Larger files are not decoded for a drawing: their line stays flat. */
const MOST_BYTES = 4_000_000;
/** Enough to see loud and soft. */
const SAMPLES_PER_SECOND = 8_000;
const MOST_KEPT = 300;

/** What the bytes of a sound say of it. */
export interface Drawing {
  /** Null when all is silence. */
  readonly bars: readonly number[] | null;
  readonly seconds: number;
}

const kept = new Map<Id, Drawing | null>();
let last: Promise<unknown> = Promise.resolve();

/** The loudness of so many equal parts, each from 0 to 1, the loudest 1; null when all is silence. */
export function loudness(samples: Float32Array, parts: number): readonly number[] | null {
  const found: number[] = [];
  for (let part = 0; part < parts; part += 1) {
    const from = Math.floor((part * samples.length) / parts);
    const to = Math.floor(((part + 1) * samples.length) / parts);
    let sum = 0;
    for (let index = from; index < to; index += 1) sum += (samples[index] ?? 0) ** 2;
    found.push(to > from ? Math.sqrt(sum / (to - from)) : 0);
  }
  const loudest = Math.max(...found);
  return loudest > 0 ? found.map((one) => one / loudest) : null;
}

export function knownWaveform(attachmentId: Id): Drawing | null {
  return kept.get(attachmentId) ?? null;
}

/** The drawing of a sound, one made at a time; null where there can be none. Rejects when the file cannot be had now. */
export async function waveform(attachmentId: Id, sizeBytes: number | null, signal: AbortSignal): Promise<Drawing | null> {
  const known = kept.get(attachmentId);
  if (known !== undefined) return known;
  if (sizeBytes === null || sizeBytes > MOST_BYTES) return null;
  const mine = last.then(async () => {
    signal.throwIfAborted();
    const again = kept.get(attachmentId);
    if (again !== undefined) return again;
    const drawn = await draw(await attachmentRead(attachmentId, signal));
    kept.set(attachmentId, drawn);
    const oldest = kept.keys().next().value;
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return drawn;
  });
  last = mine.catch(() => undefined);
  return mine;
}

async function draw(bytes: ArrayBuffer): Promise<Drawing | null> {
  try {
    const context = new OfflineAudioContext(1, 1, SAMPLES_PER_SECOND);
    const sound = await context.decodeAudioData(bytes);
    return { bars: loudness(sound.getChannelData(0), BARS), seconds: sound.duration };
  } catch {
    // A format this browser cannot take apart; it may still be able to play it.
    return null;
  }
}
