import { ApiError, Unreachable } from "../api/http";
import { Notice } from "../ui/Notice";
import { words } from "./words";

/** What went wrong, what to do next, and how to find it in the server's log. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const silent = error instanceof Unreachable;
  const detail = error instanceof Error ? error.message : String(error);
  const next = silent
    ? words.unreachableNext
    : words.refusedNext(detail, error instanceof ApiError ? error.requestId : null);
  return (
    <Notice tone="error" title={silent ? words.unreachable : words.refused} next={next}>
      <button type="button" className="button" onClick={onRetry}>
        {words.tryAgain}
      </button>
    </Notice>
  );
}
