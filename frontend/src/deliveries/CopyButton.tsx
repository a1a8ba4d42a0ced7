import { useEffect, useState } from "react";

import { words } from "./words";

const SAID_MS = 2_000;

/** Says whether it worked; browsers forbid it on pages that are neither https nor localhost. */
export function CopyButton({ text, label = words.copy }: { readonly text: string; readonly label?: string }) {
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => {
      setSaid(null);
    }, SAID_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [said]);
  const copy = (): void => {
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const written = clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    written.then(
      () => {
        setSaid(words.copied);
      },
      () => {
        setSaid(words.notCopied);
      },
    );
  };
  return (
    <button type="button" className="text-button copy" onClick={copy}>
      <span aria-live="polite">{said ?? label}</span>
    </button>
  );
}
