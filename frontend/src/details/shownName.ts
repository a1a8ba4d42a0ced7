import { oneLine } from "../lib/text";

/** The first of these that says anything. */
export function shownName(...candidates: readonly (string | null | undefined)[]): string {
  return candidates.map((text) => oneLine(text ?? "")).find((text) => text !== "") ?? "";
}
