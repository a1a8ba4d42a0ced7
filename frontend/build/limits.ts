/** The lengths that the server takes, from the document of its API: said before anything is sent. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

const NAME = "virtual:limits";
const RESOLVED = `\0${NAME}`;

interface Contract {
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: Readonly<Record<string, { readonly maxLength?: number }>> }>> };
}

export function limits(root: string): Plugin {
  return {
    name: "landline-limits",
    resolveId: (id) => (id === NAME ? RESOLVED : null),
    load(id) {
      if (id !== RESOLVED) return null;
      const { components } = JSON.parse(readFileSync(join(root, "openapi.json"), "utf-8")) as Contract;
      const most = (schema: string, field: string): number => {
        const length = components.schemas[schema]?.properties?.[field]?.maxLength;
        if (length === undefined) throw new Error(`openapi.json names no length of ${schema}.${field}`);
        return length;
      };
      return [
        `export const MESSAGE_CHARACTERS = ${most("NewMessage", "text")};`,
        `export const GROUP_TITLE_CHARACTERS = ${most("NewConversation", "title")};`,
      ].join("\n");
    },
  };
}
