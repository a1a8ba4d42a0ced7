import { lazy, Suspense } from "react";

import type { Id } from "../api/types";
import { details as words } from "../details/words";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { Icon } from "../ui/icons";
import { Waiting } from "../ui/Notice";

const Details = lazy(() => import("../details/Details"));

const BUTTON_ID = "details-button";

/** Where the focus returns to when the details close. */
export function focusDetailsButton(): void {
  document.getElementById(BUTTON_ID)?.focus();
}

export function DetailsButton({ onPress }: { readonly onPress: () => void }) {
  return (
    <button id={BUTTON_ID} type="button" className="icon-button details-button" aria-label={words.open} onClick={onPress}>
      <Icon name="details" />
    </button>
  );
}

interface DetailsDrawerProps {
  readonly conversationId: Id;
  readonly onClose: () => void;
}

/** The pane of details; its code is read when it is first opened. */
export function DetailsDrawer({ conversationId, onClose }: DetailsDrawerProps) {
  return (
    <div className="details">
      <ErrorBoundary>
        <Suspense fallback={<Waiting label={words.loading} />}>
          <Details conversationId={conversationId} onClose={onClose} />
        </Suspense>
      </ErrorBoundary>
    </div>
  );
}
