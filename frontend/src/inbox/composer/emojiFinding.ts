/** All emoji, by name and by the codes that people type between colons. Large: loaded once one is looked for. */
import emoji from "virtual:emoji";

import { folded } from "../../lib/text";

export interface Emoji {
  readonly sign: string;
  readonly name: string;
  readonly group: number;
  readonly codes: readonly string[];
  /** From light to dark; empty where it has none. */
  readonly tones: readonly string[];
}

const parts = (text: string): readonly string[] => (text === "" ? [] : text.split(" "));

const ALL = emoji.map(([sign, name, tags, group, codes, tones]) => ({
  one: { sign, name, group, codes: parts(codes), tones: parts(tones) } satisfies Emoji,
  text: folded(`${name} ${tags} ${codes}`),
}));

/** Shorter beginnings would offer the half of all. */
const SHORTEST_INSIDE = 3;

/** The sign in a skin tone from 1 to 5, where it has one; 0 is the sign itself. */
export function toned({ sign, tones }: Emoji, tone: number): string {
  return tones[tone - 1] ?? sign;
}

/** Those that a search finds, by their groups. */
export function emojiByGroup(wanted: string): readonly { readonly group: number; readonly found: readonly Emoji[] }[] {
  const words = folded(wanted).split(/\s+/).filter(Boolean);
  const found = ALL.filter(({ text }) => words.every((word) => text.includes(word))).map(({ one }) => one);
  return [...new Set(found.map(({ group }) => group))].map((group) => ({ group, found: found.filter((one) => one.group === group) }));
}

/** Those whose code begins with what is typed, the shortest code first, then those that have it inside of one. */
export function emojiByCode(typed: string, most: number): readonly { readonly code: string; readonly one: Emoji }[] {
  const wanted = folded(typed);
  const matches = (matching: (code: string) => boolean): readonly { readonly code: string; readonly one: Emoji }[] =>
    ALL.flatMap(({ one }) => {
      const code = one.codes.find(matching);
      return code === undefined ? [] : [{ code, one }];
    });
  const begun = matches((code) => code.startsWith(wanted)).toSorted((a, b) => a.code.length - b.code.length);
  const inside = wanted.length < SHORTEST_INSIDE ? [] : matches((code) => code.includes(wanted));
  const known = new Set(begun.map(({ one }) => one));
  return [...begun, ...inside.filter(({ one }) => !known.has(one))].slice(0, most);
}

/** The one with this code. */
export function emojiOfCode(code: string): Emoji | null {
  const wanted = folded(code);
  return ALL.find(({ one }) => one.codes.includes(wanted))?.one ?? null;
}
