import { useMemo, useState } from "react";

import { ApiError } from "../api/http";
import { getBody } from "../api/ledger";
import type { DeliveryBody } from "../api/types";
import { presentable } from "../lib/text";
import { useAnswer } from "../lib/useAnswer";
import { Waiting } from "../ui/Notice";
import { CopyButton } from "./CopyButton";
import { Failure } from "./Failure";
import { JsonTree } from "./JsonTree";
import { parseTree } from "./json";
import { words } from "./words";

/** As much of a body as a page draws at once. */
const CHARACTERS = 20_000;

function Raw({ text }: { readonly text: string }) {
  const [whole, setWhole] = useState(false);
  const shown = whole ? text : text.slice(0, CHARACTERS);
  return (
    <>
      <pre className="raw" dir="ltr" tabIndex={0} aria-label={words.raw}>
        {presentable(shown)}
      </pre>
      {shown.length < text.length && (
        <p className="aside">
          {words.cut(shown.length, text.length)}{" "}
          <button
            type="button"
            className="text-button"
            onClick={() => {
              setWhole(true);
            }}
          >
            {words.showWhole}
          </button>
        </p>
      )}
    </>
  );
}

function Content({ body }: { readonly body: DeliveryBody }) {
  const tree = useMemo(() => (body.encoding === "text" ? parseTree(body.content) : undefined), [body]);
  const [asTree, setAsTree] = useState(true);
  return (
    <>
      <div className="body-bar" role="group" aria-label={words.body}>
        {tree !== undefined &&
          ([true, false] as const).map((choice) => (
            <button
              key={String(choice)}
              type="button"
              className="chip"
              aria-pressed={asTree === choice}
              onClick={() => {
                setAsTree(choice);
              }}
            >
              {choice ? words.tree : words.raw}
            </button>
          ))}
        <CopyButton text={body.content} />
      </div>
      {body.encoding === "base64" && <p className="aside">{words.binary}</p>}
      {body.encoding === "text" && tree === undefined && <p className="aside">{words.notJson}</p>}
      {tree !== undefined && asTree ? <JsonTree tree={tree} /> : <Raw text={body.content} />}
    </>
  );
}

/** The bytes of a delivery, once somebody asks for them: that is recorded, so it does not happen by the way. */
export function BodyView({ id, hasBody }: { readonly id: string; readonly hasBody: boolean }) {
  const [wanted, setWanted] = useState(false);
  const body = useAnswer(wanted ? id : null, (signal) => getBody(id, signal));
  if (!hasBody) return <p className="aside">{words.bodyGone}</p>;
  if (!wanted) {
    return (
      <p>
        <button
          type="button"
          className="button"
          onClick={() => {
            setWanted(true);
          }}
        >
          {words.bodyShow}
        </button>{" "}
        <span className="aside">{words.bodyRecorded}</span>
      </p>
    );
  }
  if (body.value !== undefined) return <Content body={body.value} />;
  if (body.error instanceof ApiError && body.error.code === "body_removed") {
    return <p className="aside">{body.error.message}</p>;
  }
  if (body.error !== undefined) return <Failure error={body.error} onRetry={body.again} />;
  return <Waiting label={words.waiting} />;
}
