import { useEffect, useState } from "react";

import { actOnSetup, getReachability } from "../../api/setup";
import type { Reachability } from "../../api/schema";
import { agoWords } from "../../lib/time";
import { newClientId } from "../../sync/acts";
import { useAct } from "../useAct";
import { deliveryWords } from "./deliveryWords";
import { useAsked } from "./useAsked";

const LOOKS_EVERY_MS = 3_000;

function Outcome({ found }: { readonly found: Reachability }) {
  const { proven, tested_at: testedAt, reason, unipile_at: unipileAt } = found;
  const now = new Date();
  if (proven === "unipile") return <p className="probe-well">{deliveryWords.proven(agoWords(unipileAt ?? testedAt ?? "", now))}</p>;
  return (
    <>
      {proven === "ourselves" && <p>{deliveryWords.ourselves}</p>}
      {proven === null && testedAt !== null && reason !== null && <p className="field-error">{reason}</p>}
      <p>{unipileAt === null ? deliveryWords.neverOfUnipile : deliveryWords.lastOfUnipile(agoWords(unipileAt, now))}</p>
    </>
  );
}

/** Whether deliveries can arrive, and how far that is proven: from here, or by Unipile itself. */
export function Probe() {
  const running = useAct();
  const [looks, setLooks] = useState(0);
  const { answer } = useAsked(getReachability, `${running.act?.state ?? ""} ${looks}`);
  const waitsForUnipile = answer?.proven === "ourselves";
  useEffect(() => {
    if (!waitsForUnipile) return;
    const timer = setInterval(() => {
      setLooks((before) => before + 1);
    }, LOOKS_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [waitsForUnipile]);
  const busy = running.busy || running.act?.state === "waiting" || running.act?.state === "working";
  const failure = running.failure ?? (running.act?.state === "failed" ? running.act.reason : null);
  return (
    <>
      <div role="status" className="probe">
        {busy ? <p>{deliveryWords.probing}</p> : answer !== null && <Outcome found={answer} />}
      </div>
      {failure !== null && answer?.reason !== failure && (
        <p className="field-error" role="alert">
          {failure}
        </p>
      )}
      <button
        type="button"
        className="button"
        disabled={busy}
        onClick={() => {
          running.start(() => actOnSetup(newClientId(), "probe"));
        }}
      >
        {deliveryWords.probe}
      </button>
    </>
  );
}
