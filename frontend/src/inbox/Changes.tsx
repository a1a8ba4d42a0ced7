import type { Change } from "../api/types";
import type { LocalMessage } from "../sync/rows";
import { Icon } from "../ui/icons";
import { useThreadActions } from "./threadActions";
import { actWords } from "./tools/actWords";

const isTold = ({ state, reason }: Change): boolean => state === "failed" || state === "unconfirmed" || reason !== null;

function words({ kind, state, reason }: Change): string {
  const what = state === "failed" ? actWords.changeFailed[kind] : actWords.changeWaits[kind];
  return reason === null ? `${what}.` : `${what}: ${reason}`;
}

/** What somebody here wanted of a message and upstream has not done: why, and a way to let it go. */
export function Changes({ message }: { readonly message: LocalMessage }) {
  const { dropChange } = useThreadActions();
  const told = message.changes.filter(isTold);
  if (told.length === 0) return null;
  return (
    <ul className="changes">
      {told.map((change) => (
        <li key={change.id} className={change.state === "failed" ? "change-failed" : "change-waits"}>
          <Icon name={change.state === "failed" ? "alert" : "clock"} size={13} />
          <bdi>{words(change)}</bdi>
          <button
            type="button"
            className="text-button"
            onClick={() => {
              dropChange(message, change.id);
            }}
          >
            {actWords.dismiss}
          </button>
        </li>
      ))}
    </ul>
  );
}
