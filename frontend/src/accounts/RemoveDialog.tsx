import { useState } from "react";

import { removeAccount } from "../api/accounts";
import type { Channel } from "../api/types";
import { newClientId } from "../sync/acts";
import { Dialog } from "../ui/Dialog";
import { failureOf } from "./useAct";
import { words } from "./words";

/** Says what goes and what stays, and wants the word typed. Of an account that is removed already what is stored can be erased. */
export function RemoveDialog({ channel, onClose }: { readonly channel: Channel; readonly onClose: () => void }) {
  const isGone = channel.status === "deleted";
  const [erases, setErases] = useState(isGone);
  const [typed, setTyped] = useState("");
  const [clientId] = useState(newClientId);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const word = erases ? words.eraseWord : words.removeWord;
  return (
    <Dialog title={(isGone ? words.eraseTitle : words.removeTitle)(channel.name || words.nameless)} onClose={onClose}>
      <form
        className="act"
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          removeAccount(clientId, channel.id, erases).then(onClose, (error: unknown) => {
            setFailure(failureOf(error));
            setBusy(false);
          });
        }}
      >
        {!isGone && (
          <>
            <p>{words.removeMeans}</p>
            <fieldset className="choice choice-column">
              <legend>{words.removeHere}</legend>
              {[false, true].map((one) => (
                <label key={String(one)}>
                  <input
                    type="radio"
                    name="erases"
                    checked={erases === one}
                    onChange={() => {
                      setErases(one);
                    }}
                  />
                  {one ? words.removeErases : words.removeKeeps}
                </label>
              ))}
            </fieldset>
          </>
        )}
        {erases && <p className="account-trouble">{words.eraseMeans}</p>}
        <label className="labelled">
          <span>{words.removeType(word)}</span>
          <input
            className="field"
            value={typed}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
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
        <button type="submit" className="button button-danger" disabled={busy || typed.trim() !== word}>
          {isGone ? words.eraseGoneGo : erases ? words.eraseGo : words.removeGo}
        </button>
      </form>
    </Dialog>
  );
}
