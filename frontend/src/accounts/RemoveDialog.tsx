import { useState } from "react";

import { actOnChannel } from "../api/accounts";
import type { Channel } from "../api/types";
import { newClientId } from "../sync/acts";
import { Dialog } from "../ui/Dialog";
import { failureOf } from "./useAct";
import { words } from "./words";

/** Says what goes and what stays, and wants the word typed. */
export function RemoveDialog({ channel, onClose }: { readonly channel: Channel; readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [clientId] = useState(newClientId);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  return (
    <Dialog title={words.removeTitle(channel.name || words.nameless)} onClose={onClose}>
      <form
        className="act"
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          actOnChannel(clientId, channel.id, "remove").then(onClose, (error: unknown) => {
            setFailure(failureOf(error));
            setBusy(false);
          });
        }}
      >
        <p>{words.removeMeans}</p>
        <label className="labelled">
          <span>{words.removeType}</span>
          <input
            className="field"
            value={typed}
            autoComplete="off"
            onChange={(event) => {
              setTyped(event.target.value);
            }}
          />
        </label>
        {failure !== null && (
          <p className="field-error" role="alert">
            {failure}
          </p>
        )}
        <button type="submit" className="button button-danger" disabled={busy || typed.trim() !== words.removeWord}>
          {words.removeGo}
        </button>
      </form>
    </Dialog>
  );
}
