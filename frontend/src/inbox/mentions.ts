/** Who is meant by the tokens of a text. */
import type { Attendee, Mention } from "../api/types";
import { isolated, oneLine, presentable } from "../lib/text";
import { EVENT_WORDS } from "./eventWords";

function nameOf(mention: Mention, known?: Attendee): string {
  if (mention.is_own) return EVENT_WORDS.you;
  const name = oneLine(known?.name ?? "", 60) || oneLine(mention.name ?? "", 60);
  return name || (known?.phone ?? EVENT_WORDS.someone);
}

/** The name for each token, the best that this device knows. */
export function namesByToken(mentions: readonly Mention[], known: readonly Attendee[] = []): ReadonlyMap<string, string> {
  const byId = new Map(known.map((attendee) => [attendee.id, attendee]));
  return new Map(mentions.map((mention) => [mention.token, nameOf(mention, byId.get(mention.attendee_id ?? ""))]));
}

/** A text on one line, names in the place of tokens, each in its own direction. */
export function namedLine(text: string, names: ReadonlyMap<string, string>, limit: number): string {
  let line = oneLine(text, limit);
  for (const [token, name] of names) line = line.replaceAll(token, isolated(name));
  return line;
}

/** A whole text as it may leave the page, names in the place of tokens. */
export function namedText(text: string, mentions: readonly Mention[]): string {
  let whole = presentable(text);
  for (const [token, name] of namesByToken(mentions)) whole = whole.replaceAll(token, `@${name}`);
  return whole;
}
