/** The emoji that can be picked, from emojibase's list: only what the picker shows and finds by. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type { Plugin } from "vite";

const NAME = "virtual:emoji";
const RESOLVED = `\0${NAME}`;
/** Skin tones and the like: nothing on their own. */
const COMPONENTS = 2;

interface Listed {
  readonly unicode: string;
  readonly label: string;
  readonly tags?: readonly string[];
  readonly group?: number;
  readonly order?: number;
}

export function emoji(): Plugin {
  return {
    name: "landline-emoji",
    resolveId: (id) => (id === NAME ? RESOLVED : null),
    load(id) {
      if (id !== RESOLVED) return null;
      const path = createRequire(import.meta.url).resolve("emojibase-data/en/compact.json");
      const listed = JSON.parse(readFileSync(path, "utf-8")) as readonly Listed[];
      const rows = listed
        .filter(({ group }) => group !== undefined && group !== COMPONENTS)
        .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))
        .map(({ unicode, label, tags = [], group }) => [unicode, label, tags.join(" "), group]);
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(rows))});`;
    },
  };
}
