import { words } from "../lib/words";
import { usePersonPicture } from "../sync/client";
import type { LocalMessage } from "../sync/rows";
import { Avatar } from "../ui/Avatar";

/** Beside the first bubble of each, where several people write. */
export function SenderFace({ message }: { readonly message: LocalMessage }) {
  const { direction, kind, sender_id, sender_name } = message;
  const theirs = direction === "inbound" && kind !== "event";
  const picture = usePersonPicture(theirs ? sender_id : null);
  if (!theirs) return null;
  const name = sender_name ?? words.noName;
  return <Avatar name={name} seed={sender_id ?? name} size="bubble" picture={picture} />;
}
