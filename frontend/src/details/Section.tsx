import { useEffect, useState, type ReactNode } from "react";

import { deliveryPath, followLink } from "../lib/router";
import { Icon } from "../ui/icons";
import { details as words } from "./words";

export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="details-section" aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** Leads to a delivery; nothing for whoever may not see deliveries. */
export function DeliveryLink({ id }: { readonly id: string | null }) {
  if (id === null) return null;
  return (
    <a href={deliveryPath(id)} onClick={followLink}>
      {words.delivery}
    </a>
  );
}

const SAID_FOR_MS = 2_000;

export function CopyButton({ text }: { readonly text: string }) {
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => {
      setSaid(null);
    }, SAID_FOR_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [said]);
  const copy = (): void => {
    // Without https there is no clipboard.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    (clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).then(
      () => {
        setSaid(words.copied);
      },
      () => {
        setSaid(words.copyFailed);
      },
    );
  };
  return (
    <>
      <button type="button" className="icon-button details-copy" aria-label={words.copy(text)} onClick={copy}>
        <Icon name="copy" size={16} />
      </button>
      <span role="status" className="details-said">
        {said}
      </span>
    </>
  );
}
