import { stateWord, useTrouble } from "../../channels/channelState";
import { CHANNEL_WORDS } from "../../channels/channelWords";
import { isolated } from "../../lib/text";
import { useClient, useSyncStatus } from "../../sync/client";
import { useWaitingCount } from "../../sync/outgoing";
import type { LocalConversation } from "../../sync/rows";
import { composerWords } from "./words";

/** What is to be known before anything is written. */
export function Limits({ conversation }: { readonly conversation: LocalConversation }) {
  const trouble = useTrouble(conversation.channel_id);
  const { phase } = useSyncStatus();
  const waiting = useWaitingCount();
  const lines = [
    trouble !== undefined && composerWords.waits(isolated(trouble.name || CHANNEL_WORDS.nameless), stateWord(trouble)),
    phase === "offline" && composerWords.offline,
    phase === "offline" && waiting > 0 && composerWords.waiting(waiting),
  ].filter((line) => line !== false);
  const { outbox } = useClient();
  if (outbox.drafts.failed !== null) lines.push(composerWords.notKept);
  if (lines.length === 0) return null;
  return (
    <p className="composer-hint composer-limits" role="status">
      {lines.join(" ")}
    </p>
  );
}

interface AskProps {
  readonly warning: string;
  readonly onLook: () => void;
  readonly onSend: () => void;
}

/** Something has happened that the writer may not have seen. */
export function Ask({ warning, onLook, onSend }: AskProps) {
  return (
    <div className="composer-ask" role="alert">
      <p>
        <strong>{warning}</strong> {composerWords.guardHint}
      </p>
      <button type="button" className="text-button" onClick={onLook}>
        {composerWords.look}
      </button>
      <button type="button" className="text-button" onClick={onSend}>
        {composerWords.sendAnyway}
      </button>
    </div>
  );
}
