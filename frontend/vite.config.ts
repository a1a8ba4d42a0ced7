import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { emoji } from "./build/emoji.ts";
import { limits } from "./build/limits.ts";
import { buildName, shell } from "./build/shell.ts";

const root = import.meta.dirname;

export default defineConfig({
  root,
  base: "/static/app/",
  plugins: [react(), emoji(), limits(root), shell(root, buildName(root))],
  build: {
    outDir: "../landline/static/app",
    emptyOutDir: true,
    manifest: true,
    sourcemap: false,
    assetsInlineLimit: 0,
    // Some 160 kB gzipped; the benchmark counts what the inbox really loads.
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    target: ["chrome125", "firefox129", "safari17.5"],
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
    // The laws run many cases each; a busy machine takes its time.
    testTimeout: 180_000,
  },
});
