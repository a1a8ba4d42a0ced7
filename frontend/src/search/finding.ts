/** Finding words in a text of this device, and the part of the text to show: the server's rules (its snippets.py), kept small. */
import type { Snippet } from "../api/types";
import type { Wanted } from "./query";

const UNSPACED = "\\u0e01-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u2e80-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const WORDS = new RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}])+`, "gu");
const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");
const WRITTEN_NUMBER = /[0-9](?:[ ./()-]{0,3}[0-9]){3,}/gu;
const LETTER = "[\\p{L}\\p{N}]";
const PLAINER: Readonly<Record<string, string>> = { đ: "d", ł: "l", ø: "o", ħ: "h", ŧ: "t", ı: "i", ß: "ss", ς: "σ" };

const SNIPPET_CHARACTERS = 240;
const CONTEXT_CHARACTERS = 60;
const MOST_MARKS = 20;

type Range = readonly [number, number];

interface Folded {
  readonly text: string;
  /** Where each code unit of `text` stands in the original. */
  readonly places: readonly number[];
}

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, (mark) => (/[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/u.test(mark) ? mark : ""))
    .replace(/[\u0e38-\u0e3a\u0e48-\u0e4b\u0eb8-\u0eba\u0ec8-\u0ecb]/gu, "")
    .replace(/[đłøħŧıßς]/gu, (letter) => PLAINER[letter] ?? letter);
}

function fold(text: string): Folded {
  let folded = "";
  const places: number[] = [];
  let place = 0;
  for (const character of text) {
    const letters = plain(character);
    const start = place;
    folded += letters;
    places.push(...Array.from({ length: letters.length }, () => start));
    place += character.length;
  }
  return { text: folded, places };
}

/** How the number may begin where it is stored: without trunk zeros, and without its country's code. */
function numberBeginnings(digits: string): string[] {
  const written = digits.replace(/^\+/u, "");
  const bare = written.replace(/^0+/u, "") || written;
  if (!/^(?:\+|00)/u.test(digits) && bare.length <= 10) return [bare];
  return [bare, ...[1, 2, 3].map((cut) => bare.slice(cut)).filter((one) => one.length >= 7)];
}

function patternOf(wanted: Wanted): RegExp | null {
  const words = plain(wanted.text).match(WORDS) ?? [];
  let before: string | null = null;
  let pattern = "";
  for (const word of words) {
    const gap: string = before === null ? `(?:(?<!${LETTER})|(?<=[${UNSPACED}]))` : `(?:(?!${LETTER}).|(?<=[${UNSPACED}]))+?`;
    if (!IS_UNSPACED.test(word)) pattern += gap;
    else if (before !== null && !IS_UNSPACED.test(before)) pattern += `(?:(?!${LETTER}).)*`;
    pattern += word;
    before = word;
  }
  if (before === null) return null;
  return new RegExp(wanted.isPhrase && !IS_UNSPACED.test(before) ? `${pattern}(?!${LETTER})` : pattern, "gsu");
}

function rangesOf(folded: string, wanted: Wanted): Range[] {
  const ranges: Range[] = [];
  const pattern = patternOf(wanted);
  if (pattern !== null) {
    for (const found of folded.matchAll(pattern)) ranges.push([found.index, found.index + found[0].length]);
  }
  if (wanted.digits === "") return ranges;
  const beginnings = numberBeginnings(wanted.digits);
  for (const found of folded.matchAll(WRITTEN_NUMBER)) {
    const digits = found[0].replace(/[^0-9]/gu, "");
    if (beginnings.some((one) => digits.includes(one))) ranges.push([found.index, found.index + found[0].length]);
  }
  return ranges;
}

/** Whether every word is somewhere in the text; a search without a word that can be found finds nothing. */
export function holdsAll(text: string, wanted: readonly Wanted[]): boolean {
  const findable = wanted.filter((one) => one.digits !== "" || patternOf(one) !== null);
  if (wanted.length > 0 && findable.length === 0) return false;
  const folded = plain(text);
  return findable.every((one) => rangesOf(folded, one).length > 0);
}

/** Whether somebody or something may be meant by a name: every word of it begins one of theirs. */
export function isNamed(called: string, name: string): boolean {
  const digits = /\p{L}/u.test(name) ? "" : name.replace(/[^0-9]/gu, "");
  if (digits.length >= 4) return holdsAll(called, [{ text: name, isPhrase: false, digits }]);
  const words = name.split(/\s+/u).filter((word) => word !== "");
  return words.length > 0 && holdsAll(called, words.map((text) => ({ text, isPhrase: false, digits: "" })));
}

function marksOf(text: string, wanted: readonly Wanted[]): Range[] {
  const folded = fold(text);
  const found = wanted.flatMap((one) => rangesOf(folded.text, one)).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const marks: [number, number][] = [];
  for (const [start, end] of found) {
    const first = folded.places[start] ?? 0;
    const last = folded.places[end] ?? text.length;
    const before = marks.at(-1);
    if (before !== undefined && first <= before[1]) before[1] = Math.max(before[1], last);
    else if (marks.length < MOST_MARKS) marks.push([first, last]);
  }
  return marks;
}

function cut(text: string, marks: readonly Range[], isFileName: boolean): Snippet {
  const first = marks[0]?.[0] ?? 0;
  let start = Math.max(0, first - CONTEXT_CHARACTERS);
  if (start > 0) {
    const space = text.indexOf(" ", start);
    if (space >= 0 && space < first) start = space + 1;
  }
  const end = Math.min(text.length, start + SNIPPET_CHARACTERS);
  return {
    text: text.slice(start, end),
    marks: marks.filter(([from]) => from < end).map(([from, to]) => [from - start, Math.min(to, end) - start]),
    is_file_name: isFileName,
    cut_before: start > 0,
    cut_after: end < text.length,
  };
}

/** Around the first find in the text; else the first file name with one; else the text's beginning. */
export function snippetOf(text: string, fileNames: readonly string[], wanted: readonly Wanted[]): Snippet {
  const marks = marksOf(text, wanted);
  if (marks.length > 0) return cut(text, marks, false);
  for (const name of fileNames) {
    const inName = marksOf(name, wanted);
    if (inName.length > 0 || text === "") return cut(name, inName, true);
  }
  return cut(text, [], false);
}
