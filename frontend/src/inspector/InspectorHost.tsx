import { lazy, Suspense, useEffect } from "react";

import { ErrorBoundary } from "../ui/ErrorBoundary";
import { inspect, useInspected } from "./opened";

const Inspector = lazy(async () => ({ default: (await import("./Inspector")).Inspector }));

const close = (): void => {
  inspect(null);
};

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Opens the inspector for the message that holds the focus; as the last listener, so that `g i` stays what it is. */
function useInspectKey(singleKeys: boolean): void {
  useEffect(() => {
    if (!singleKeys) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== "i" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.isComposing || isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
      const row = document.activeElement?.closest<HTMLElement>("[data-anchor]");
      const id = row?.dataset["anchor"];
      if (id === undefined) return;
      event.preventDefault();
      inspect(id);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
    };
  }, [singleKeys]);
}

export function InspectorHost({ singleKeys }: { readonly singleKeys: boolean }) {
  const id = useInspected();
  useInspectKey(singleKeys);
  useEffect(() => close, []);
  if (id === null) return null;
  return (
    <ErrorBoundary key={id}>
      <Suspense fallback={null}>
        <Inspector id={id} onClose={close} />
      </Suspense>
    </ErrorBoundary>
  );
}
