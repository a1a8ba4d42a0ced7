/**
 * Reading what somebody typed into the search, as communications/selectors/search_query.py does; both are held to
 * tests/search/queries.json.
 */

export interface Wanted {
  readonly text: string;
  /** Whole words in their order, instead of the beginning of one. */
  readonly isPhrase: boolean;
  /** What may be a number, however it is written. */
  readonly digits: string;
}

export interface SearchQuery {
  readonly wanted: readonly Wanted[];
  readonly sender: readonly string[];
  readonly recipient: readonly string[];
  readonly conversation: readonly string[];
  readonly account: readonly string[];
  readonly has: readonly string[];
  /** RFC 3339 in UTC with milliseconds, as messages carry it. */
  readonly before: string | null;
  readonly after: string | null;
  readonly unread: boolean;
}

const HAS_KINDS = ["image", "video", "audio", "voice", "file", "sticker", "gif", "link"] as const;

/** What was typed is malformed; `place` counts characters from 1. */
export class InvalidQuery extends Error {
  override readonly name = "InvalidQuery";

  constructor(
    readonly place: number,
    instead: string,
  ) {
    super(`At character ${place}: ${instead}.`);
  }
}

const MOST_PARTS = 16;
const FEWEST_DIGITS = 4;
const PART = /(?:(from|to|in|account|has|before|after|is):)?(?:"([^"]*)("?)|([^\s"]*))/iuy;
const SPACES = /\s+/uy;
const NUMBER = /^[0-9+./()-]+$/u;
const DAY = /^([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?$/u;
const EXAMPLES: Readonly<Record<string, string>> = {
  from: "from:Ana, or from:me",
  to: "to:Ana",
  in: 'in:"Team Lisbon"',
  account: "account:whatsapp",
  has: "has:image",
  before: "before:2026-05-18",
  after: "after:2026-05",
  is: "is:unread",
};

interface Part {
  readonly place: number;
  readonly operator: string;
  readonly value: string;
  readonly isQuoted: boolean;
}

/** @throws InvalidQuery */
export function searchQuery(typed: string, now: Date, utcOffsetMinutes: number): SearchQuery {
  const parts = partsOf(typed);
  const extra = parts[MOST_PARTS];
  if (extra !== undefined) throw new InvalidQuery(extra.place, `leave this out: a search takes at most ${MOST_PARTS} words`);
  const of = (operator: string): Part[] => parts.filter((part) => part.operator === operator);
  const texts = (operator: string): string[] => of(operator).map((part) => part.value);
  for (const part of of("has")) oneOf(part, HAS_KINDS);
  for (const part of of("is")) oneOf(part, ["unread"]);
  const moments = (operator: string): string[] => of(operator).map((part) => moment(part, now, utcOffsetMinutes)).sort();
  return {
    wanted: wantedOf(of("")),
    sender: texts("from"),
    recipient: texts("to"),
    conversation: texts("in"),
    account: texts("account"),
    has: texts("has").map((value) => value.toLowerCase()),
    before: moments("before")[0] ?? null,
    after: moments("after").at(-1) ?? null,
    unread: of("is").length > 0,
  };
}

/** Places are counted as readers count, so the text is read by code points. */
function partsOf(typed: string): Part[] {
  const placeOf = (index: number): number => Array.from(typed.slice(0, index)).length + 1;
  const parts: Part[] = [];
  let index = 0;
  while (index < typed.length) {
    SPACES.lastIndex = index;
    if (SPACES.test(typed)) {
      index = SPACES.lastIndex;
      continue;
    }
    PART.lastIndex = index;
    const [whole = "", operator = "", quoted, end, bare = ""] = PART.exec(typed) ?? [];
    if (quoted !== undefined && end === "") {
      throw new InvalidQuery(placeOf(index + whole.indexOf('"')), "close the quotation mark, or leave it out");
    }
    const value = (quoted ?? bare).trim();
    const word = operator.toLowerCase();
    if (word !== "" && value === "") throw new InvalidQuery(placeOf(index), `say what after ${word}:, such as ${EXAMPLES[word] ?? ""}`);
    if (value !== "") parts.push({ place: placeOf(index), operator: word, value, isQuoted: quoted !== undefined });
    index += Math.max(1, whole.length);
  }
  return parts;
}

/** Neighbouring words that together are one number become one. */
function wantedOf(parts: readonly Part[]): Wanted[] {
  const wanted: Wanted[] = [];
  let place = 0;
  while (place < parts.length) {
    let end = place;
    while (end < parts.length && parts[end]?.isQuoted === false && NUMBER.test(parts[end]?.value ?? "")) end += 1;
    const text = parts.slice(place, end).map((part) => part.value).join(" ");
    const digits = text.replace(/[^0-9]/gu, "");
    if (digits.length >= FEWEST_DIGITS) wanted.push({ text, isPhrase: false, digits: (text.startsWith("+") ? "+" : "") + digits });
    else {
      for (const part of parts.slice(place, Math.max(end, place + 1))) {
        wanted.push({ text: part.value, isPhrase: part.isQuoted, digits: "" });
      }
    }
    place = Math.max(end, place + 1);
  }
  return wanted;
}

function moment(part: Part, now: Date, utcOffsetMinutes: number): string {
  const local = new Date(now.getTime() + utcOffsetMinutes * 60_000);
  const day = dayOf(part.value, local);
  if (day !== null) return new Date(day - utcOffsetMinutes * 60_000).toISOString();
  const { operator } = part;
  throw new InvalidQuery(
    part.place,
    `write a day as ${operator}:2026-05-18, a month as ${operator}:2026-05, a year as ${operator}:2026, or ${operator}:yesterday`,
  );
}

/** The first moment of the day, as if it began in UTC. */
function dayOf(value: string, local: Date): number | null {
  const today = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate());
  if (value.toLowerCase() === "today") return today;
  if (value.toLowerCase() === "yesterday") return today - 86_400_000;
  const [, year = "", month = "1", day = "1"] = DAY.exec(value) ?? [];
  const found = new Date(0);
  found.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const isReal = Number(year) > 0 && found.getUTCMonth() === Number(month) - 1 && found.getUTCDate() === Number(day);
  return isReal ? found.getTime() : null;
}

function oneOf(part: Part, known: readonly string[]): void {
  if (known.includes(part.value.toLowerCase())) return;
  throw new InvalidQuery(part.place, `write ${known.map((one) => `${part.operator}:${one}`).join(" or ")}`);
}
