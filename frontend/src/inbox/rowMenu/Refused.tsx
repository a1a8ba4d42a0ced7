import { isolated, oneLine } from "../../lib/text";
import { words } from "../../lib/words";
import { useClient, useLive } from "../../sync/client";
import { useRefused, type ConversationChange } from "../../sync/outgoing";
import { conversation as readConversation } from "../../sync/queries";
import { reasonWord } from "../sending/words";
import { rowWords } from "./rowWords";

function sentenceOf({ archived, pinned, muted_until }: ConversationChange): (name: string) => string {
  const { couldNot } = rowWords;
  if (archived !== undefined) return archived ? couldNot.archived : couldNot.unarchived;
  if (pinned !== undefined) return pinned ? couldNot.pinned : couldNot.unpinned;
  if (muted_until !== undefined) return muted_until === null ? couldNot.unmuted : couldNot.muted;
  return couldNot.marked;
}

/** What was wished of a conversation, shown at once, and then refused by the server. */
export function Refused() {
  const { outbox } = useClient();
  const refused = useRefused();
  const row = useLive(readConversation, refused?.conversation_id ?? "");
  if (refused === undefined || row === undefined) return null;
  const { client_id, wish, trouble } = refused;
  const sentence = wish.kind === "forward" ? rowWords.couldNot.forwarded : sentenceOf(wish.change);
  return (
    <p className="trouble" role="alert">
      {sentence(row === null ? rowWords.gone : isolated(oneLine(row.name, 60)))} {reasonWord(trouble?.code ?? null, trouble?.message ?? null)}{" "}
      <button type="button" className="text-button" onClick={() => void outbox.retry(client_id)}>
        {words.retry}
      </button>{" "}
      <button type="button" className="text-button" onClick={() => void outbox.takeBack(client_id)}>
        {rowWords.dismiss}
      </button>
    </p>
  );
}
