/** What a screen asks the server about files, beyond showing them. */
import { attachmentBytes, fetchAttachment } from "../api/http";
import type { Id } from "../api/types";

/** Has the server try again to get a file; what becomes of it arrives as any other change. */
export async function attachmentFetch(attachmentId: Id): Promise<void> {
  await fetchAttachment(attachmentId);
}

export function attachmentRead(attachmentId: Id, signal: AbortSignal): Promise<ArrayBuffer> {
  return attachmentBytes(attachmentId, signal);
}
