import { useCallback, useEffect, useRef, useState, type RefObject } from "react";

import { isolated } from "../../lib/text";
import type { OutgoingFile } from "../../sync/outgoing";
import { describeFile, MOST_BYTES, withFile } from "./files";
import type { DraftHold } from "./useDraft";
import { composerWords } from "./words";

export interface Attaching {
  readonly add: (files: readonly File[]) => void;
  /** Why a file was not taken; "" while none was refused. */
  readonly refusal: string;
  /** Files are being dragged over the conversation. */
  readonly over: boolean;
  /** The bytes of what was chosen on this page, by the file's id. */
  readonly blobs: RefObject<ReadonlyMap<string, Blob>>;
  readonly keep: (file: OutgoingFile, blob: Blob) => void;
}

export interface Sifted {
  readonly taken: readonly File[];
  readonly refusal: string;
}

/** Those that can still go with the message, and what is to be said of the others. */
export function sift(chosen: readonly File[], bytesBefore: number): Sifted {
  const taken: File[] = [];
  const refusals: string[] = [];
  let bytes = bytesBefore;
  for (const file of chosen) {
    const name = isolated(file.name);
    if (file.size === 0) refusals.push(composerWords.emptyFile(name));
    else if (bytes + file.size > MOST_BYTES) refusals.push(composerWords.tooLarge(name));
    else {
      bytes += file.size;
      taken.push(file);
    }
  }
  return { taken, refusal: refusals.join(" ") };
}

/** Files that are chosen, pasted, or dropped on the conversation around `form`. */
export function useAttaching(form: RefObject<HTMLElement | null>, draft: DraftHold, closed: boolean): Attaching {
  const [refusal, setRefusal] = useState("");
  const [over, setOver] = useState(false);
  const blobs = useRef<ReadonlyMap<string, Blob>>(new Map());
  const { change, latest } = draft;

  const keep = useCallback(
    (file: OutgoingFile, blob: Blob) => {
      blobs.current = new Map([...blobs.current, [file.id, blob]]);
      change({ files: withFile(latest().files, file), voice: file.kind === "voice" }, new Map([[file.id, blob]]));
    },
    [change, latest],
  );

  const add = useCallback(
    (chosen: readonly File[]) => {
      const before = latest().files.filter(({ kind }) => kind !== "voice");
      const { taken, refusal: said } = sift(chosen, before.reduce((sum, { size_bytes }) => sum + size_bytes, 0));
      setRefusal(said);
      const described = taken.map((file) => describeFile(file, file.name === "" ? composerWords.pasted : file.name));
      void Promise.all(described).then((files) => {
        files.forEach((file, index) => {
          const blob = taken[index];
          if (blob !== undefined) keep(file, blob);
        });
      });
    },
    [keep, latest],
  );

  useEffect(() => {
    const thread = form.current?.closest<HTMLElement>("main");
    if (thread == null || closed) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
    thread.addEventListener(
      "dragover",
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setOver(true);
      },
      { signal },
    );
    thread.addEventListener(
      "dragleave",
      (event) => {
        if (!(event.relatedTarget instanceof Node && thread.contains(event.relatedTarget))) setOver(false);
      },
      { signal },
    );
    thread.addEventListener(
      "drop",
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setOver(false);
        add([...(event.dataTransfer?.files ?? [])]);
      },
      { signal },
    );
    return () => {
      leaving.abort();
    };
  }, [form, closed, add]);

  return { add, refusal, over, blobs, keep };
}
