/** The emoji that can be picked, from emojibase's list: only what is shown, typed and found by. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { Plugin } from "vite";

const NAME = "virtual:emoji";
const RESOLVED = `\0${NAME}`;
/** Skin tones and the like: nothing on their own. */
const COMPONENTS = 2;
/** Where several people have a tone each, only the signs with one tone for all come first, and are taken. */
const TONES = 5;

interface Listed {
  readonly unicode: string;
  readonly hexcode: string;
  readonly label: string;
  readonly tags?: readonly string[];
  readonly group?: number;
  readonly order?: number;
  readonly skins?: readonly { readonly unicode: string }[];
}

type Codes = Readonly<Record<string, string | readonly string[] | undefined>>;

export function emoji(): Plugin {
  return {
    name: "landline-emoji",
    resolveId: (id) => (id === NAME ? RESOLVED : null),
    load(id) {
      if (id !== RESOLVED) return null;
      const { resolve } = createRequire(import.meta.url);
      const read = (path: string): unknown => JSON.parse(readFileSync(resolve(`emojibase-data/en/${path}`), "utf-8"));
      const listed = read("compact.json") as readonly Listed[];
      const [usual, others] = ["github", "emojibase"].map((name) => read(`shortcodes/${name}.json`) as Codes);
      const rows = listed
        .filter(({ group }) => group !== undefined && group !== COMPONENTS)
        .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))
        .map(({ unicode, hexcode, label, tags = [], group, skins = [] }) => {
          const codes = [usual?.[hexcode] ?? others?.[hexcode] ?? []].flat();
          const tones = skins.slice(0, TONES).map((skin) => skin.unicode);
          return [unicode, label, tags.join(" "), group, codes.join(" "), tones.join(" ")];
        });
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(rows))});`;
    },
  };
}
