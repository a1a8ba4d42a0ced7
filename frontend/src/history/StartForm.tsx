import { useState } from "react";

import { startHistory } from "../api/history";
import type { HistoryRun } from "../api/schema";
import type { Id } from "../api/types";
import { newClientId } from "../sync/acts";
import { Choice } from "../ui/Choice";
import { sinceOf, type Depth } from "./runs";
import { useActing } from "./useActing";
import { words } from "./words";

interface StartFormProps {
  readonly channelId: Id;
  readonly label: string;
  readonly onStarted: () => void;
}

/** How far back, and with what. */
export function StartForm({ channelId, label, onStarted }: StartFormProps) {
  const [depth, setDepth] = useState<Depth>("all");
  const [media, setMedia] = useState<HistoryRun["media"]>("all");
  const { busy, failure, act } = useActing();
  return (
    <form
      className="history-start"
      onSubmit={(event) => {
        event.preventDefault();
        act(() => startHistory(newClientId(), channelId, { since: sinceOf(depth, new Date()), media }), onStarted);
      }}
    >
      <Choice legend={words.depth} name="depth" options={words.depths} value={depth} onChange={setDepth} />
      <Choice legend={words.media} name="media" options={words.medias} value={media} onChange={setMedia} />
      {failure !== null && (
        <p className="field-error" role="alert">
          {failure}
        </p>
      )}
      <button type="submit" className="button button-strong" disabled={busy}>
        {label}
      </button>
    </form>
  );
}
