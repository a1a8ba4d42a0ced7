import { lazy, Suspense } from "react";

import type { Attachment } from "../../api/types";
import type { LocalMessage } from "../../sync/rows";
import { loaded } from "../loaded";

const SoundRow = lazy(() => loaded(import("../player/SoundRow").then((file) => file.SoundRow)));

interface SoundProps {
  readonly message: LocalMessage;
  readonly attachment: Attachment;
}

/** The player is fetched with the first sound that is shown; its place is kept meanwhile. */
export function Sound({ message, attachment }: SoundProps) {
  return (
    <Suspense fallback={<div className={`sound sound-${attachment.kind}`} />}>
      <SoundRow message={message} attachment={attachment} />
    </Suspense>
  );
}
