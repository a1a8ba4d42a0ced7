import { lazy, Suspense, useLayoutEffect, useRef } from "react";

import type { Id } from "../api/types";
import { details as words } from "../details/words";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { Icon } from "../ui/icons";
import { Waiting } from "../ui/Notice";

const Details = lazy(() => import("../details/Details"));

const BUTTON_ID = "details-button";

interface DetailsButtonProps {
  readonly open: boolean;
  readonly onPress: () => void;
}

export function DetailsButton({ open, onPress }: DetailsButtonProps) {
  return (
    <button
      id={BUTTON_ID}
      type="button"
      className="icon-button details-button"
      aria-label={words.open}
      aria-expanded={open}
      title={words.open}
      onClick={onPress}
    >
      <Icon name="details" />
    </button>
  );
}

interface DetailsDrawerProps {
  readonly conversationId: Id;
  readonly onClose: () => void;
}

/** The pane of details; its code is read when it is first opened. A focus within it goes back to its button. */
export function DetailsDrawer({ conversationId, onClose }: DetailsDrawerProps) {
  const drawer = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = drawer.current;
    return () => {
      if (element?.contains(document.activeElement) === true) document.getElementById(BUTTON_ID)?.focus();
    };
  }, []);
  return (
    <div ref={drawer} className="details">
      <ErrorBoundary>
        <Suspense fallback={<Waiting label={words.loading} />}>
          <Details conversationId={conversationId} onClose={onClose} />
        </Suspense>
      </ErrorBoundary>
    </div>
  );
}
