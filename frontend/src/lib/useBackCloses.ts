/** What stands over the screen has an entry of its own in the history, so that Back closes it first. */
import { useEffectEvent, useId, useLayoutEffect } from "react";

import { entryLayers, writeLayers } from "./router";

interface Layer {
  readonly id: string;
  readonly close: () => void;
}

/** From below to above. */
const layers: Layer[] = [];
let isSettling = false;
let isGoingBack = false;

/** Once all that opens and closes together has done so: one that takes the place of another takes its entry too. */
function settleSoon(): void {
  if (isSettling) return;
  isSettling = true;
  queueMicrotask(() => {
    isSettling = false;
    if (!isGoingBack) settle();
  });
}

function settle(): void {
  const here = entryLayers();
  const wanted = layers.map(({ id }) => id);
  const gone = here.filter((id) => !wanted.includes(id)).length;
  if (wanted.some((id) => !here.includes(id))) writeLayers(wanted, gone > 0 ? "replace" : "push");
  else if (gone > 0) {
    isGoingBack = true;
    history.go(-gone);
  }
}

window.addEventListener("popstate", () => {
  if (isGoingBack) {
    isGoingBack = false;
    settleSoon();
    return;
  }
  const here = entryLayers();
  for (const layer of layers.toReversed()) if (!here.includes(layer.id)) layer.close();
});

/** As long as it is drawn and `active`, from its first frame on, Back calls `close` instead of leaving the screen. */
export function useBackCloses(close: () => void, active = true): void {
  const id = useId();
  const onBack = useEffectEvent(close);
  useLayoutEffect(() => {
    if (!active) return;
    const layer = {
      id,
      close: () => {
        onBack();
      },
    };
    layers.push(layer);
    settleSoon();
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      settleSoon();
    };
  }, [id, active]);
}
