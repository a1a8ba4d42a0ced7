import { useState } from "react";

import { getTexts } from "../api/ledger";
import type { Inspection } from "../api/types";
import { Failure } from "../deliveries/Failure";
import { exactTime } from "../deliveries/moments";
import { presentable } from "../lib/text";
import { useAnswer } from "../lib/useAnswer";
import { Waiting } from "../ui/Notice";
import { words } from "./words";

function Said({ label, text }: { readonly label: string; readonly text: string | null }) {
  return (
    <div className="said">
      <h4>{label}</h4>
      {text === null || text === "" ? (
        <p className="aside">{text === null ? words.textsNone : words.noText}</p>
      ) : (
        <p className="said-text" dir="auto">
          {presentable(text)}
        </p>
      )}
    </div>
  );
}

/** Earlier and deleted texts, once an administrator asks; they live in this drawer only and are gone with it. */
export function Texts({ inspection }: { readonly inspection: Inspection }) {
  const [wanted, setWanted] = useState(false);
  const { message_id, deleted_at, edited_at } = inspection;
  const texts = useAnswer(wanted ? message_id : null, (signal) => getTexts(message_id, signal));
  if (deleted_at === null && edited_at.length === 0) return null;
  return (
    <section aria-label={words.texts}>
      <h3>{words.texts}</h3>
      {!inspection.is_administrator && <p className="aside">{words.textsMembers}</p>}
      {inspection.is_administrator && !wanted && (
        <p>
          <button
            type="button"
            className="button"
            onClick={() => {
              setWanted(true);
            }}
          >
            {deleted_at === null ? words.textsShow : words.textsShowDeleted}
          </button>{" "}
          <span className="aside">{words.textsRecorded}</span>
        </p>
      )}
      {wanted && texts.waiting && <Waiting label={words.waiting} />}
      {texts.error !== undefined && <Failure error={texts.error} onRetry={texts.again} />}
      {texts.value !== undefined && (
        <>
          {texts.value.edits.length > 0 && <Said label={words.textsOriginal} text={texts.value.original_text} />}
          {texts.value.edits.map((edit) => (
            <Said key={edit.edited_at + edit.text} label={words.textsEdit(exactTime(edit.edited_at))} text={edit.text} />
          ))}
          {texts.value.deleted_text !== null && <Said label={words.textsDeleted} text={texts.value.deleted_text} />}
        </>
      )}
    </section>
  );
}
