/** Build steps of our own: the build's name, and the service worker that carries the list of the shell's files. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

import { transformWithOxc, type Plugin } from "vite";

const WORKER = "src/sw/worker.ts";
const SOURCES = ["src", "public", "index.html", "openapi.json", "package-lock.json", "vite.config.ts", "build"];

function filesUnder(root: string, entry: string): string[] {
  const path = join(root, entry);
  const found = readdirSync(path, { recursive: true, withFileTypes: true });
  return found.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}

/** The same sources give the same name on every machine. */
export function buildName(root: string): string {
  const hash = createHash("sha256");
  const paths = SOURCES.flatMap((entry) => (/\.\w+$/.test(entry) ? [join(root, entry)] : filesUnder(root, entry)));
  for (const path of paths.sort()) {
    hash.update(relative(root, path));
    hash.update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 12);
}

/** Writes the build's name into the page and emits `sw.js` and `build.json`. */
export function shell(root: string, build: string): Plugin {
  let base = "/";
  return {
    name: "landline-shell",
    apply: "build",
    configResolved(config) {
      base = config.base;
    },
    transformIndexHtml: (html) => html.replace("%BUILD%", build),
    async generateBundle(_options, bundle) {
      const emitted = Object.keys(bundle).filter((name) => /\.(?:js|css)$/.test(name));
      const copied = filesUnder(root, "public").map((path) => relative(join(root, "public"), path));
      const files = [...emitted, ...copied].sort().map((name) => base + name);
      const { code } = await transformWithOxc(readFileSync(join(root, WORKER), "utf-8"), WORKER, { lang: "ts" });
      const source = code
        .replaceAll("__BUILD__", JSON.stringify(build))
        .replaceAll("__SHELL_FILES__", JSON.stringify(files));
      this.emitFile({ type: "asset", fileName: "sw.js", source });
      this.emitFile({ type: "asset", fileName: "build.json", source: `${JSON.stringify({ build })}\n` });
    },
  };
}
