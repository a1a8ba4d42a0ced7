/** Files on their way to the server. The one place of XMLHttpRequest: nothing else tells how far an upload has come. */
import { API, refusalOf, requestToken, Unreachable } from "./http";
import type { Upload } from "./schema";

export interface FileToUpload {
  /** The same key with the same bytes is the same upload. */
  readonly key: string;
  readonly name: string;
  readonly mimeType: string;
  readonly blob: Blob;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @throws ApiError, Unreachable; the signal's reason when it is given up */
export function uploadFile(file: FileToUpload, onProgress: (share: number) => void, signal: AbortSignal): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    const fail = (error: Error): void => {
      signal.removeEventListener("abort", giveUp);
      reject(error);
    };
    const giveUp = (): void => {
      call.abort();
      fail(new DOMException("The upload was given up.", "AbortError"));
    };
    call.open("POST", `${API}communications/uploads/`);
    call.setRequestHeader("Accept", "application/json");
    call.setRequestHeader("Content-Type", file.mimeType === "" ? "application/octet-stream" : file.mimeType);
    call.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    call.setRequestHeader("Idempotency-Key", file.key);
    call.setRequestHeader("X-CSRFToken", requestToken());
    call.upload.onprogress = ({ loaded, total }) => {
      if (total > 0) onProgress(loaded / total);
    };
    call.onerror = () => fail(new Unreachable("The upload was cut off."));
    call.onload = () => {
      const body = parsed(call.responseText);
      if (call.status < 200 || call.status >= 300) {
        fail(refusalOf(call.status, call.statusText, call.getResponseHeader("Retry-After"), body));
      } else if (body === null) fail(new Unreachable("The answer to the upload was cut off."));
      else {
        signal.removeEventListener("abort", giveUp);
        resolve(body as Upload);
      }
    };
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener("abort", giveUp);
    call.send(file.blob);
  });
}
