// @ts-check
import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import { globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const NETWORK = [
  { name: "fetch", message: "Only src/api/http.ts talks to the server." },
  { name: "XMLHttpRequest", message: "Only src/api/uploads.ts uploads." },
  { name: "WebSocket", message: "Only src/api/socket.ts opens a socket." },
  { name: "EventSource", message: "Only src/api/socket.ts opens a socket." },
];
const STORAGE = [
  { name: "indexedDB", message: "Only src/sync/db.ts opens the local store." },
  { name: "localStorage", message: "Only src/sync/device.ts remembers things outside the store." },
  { name: "sessionStorage", message: "Only src/sync/device.ts remembers things outside the store." },
];

/** @param {string[]} allowed */
const globalsBut = (...allowed) => {
  const fenced = [...NETWORK, ...STORAGE].filter(({ name }) => !allowed.includes(name));
  return {
    "no-restricted-globals": /** @type {import("eslint").Linter.RuleEntry} */ (["error", ...fenced]),
    "no-restricted-properties": /** @type {import("eslint").Linter.RuleEntry} */ ([
      "error",
      ...fenced.flatMap(({ name, message }) =>
        ["window", "self", "globalThis"].map((object) => ({ object, property: name, message })),
      ),
      { object: "navigator", property: "sendBeacon", message: "Only src/api/http.ts talks to the server." },
    ]),
  };
};

/** Imports flow one way; a folder may use itself and those named. `types.ts` is open to all. */
const LAYERS = {
  lib: [],
  api: ["lib"],
  ui: ["lib"],
  sync: ["api", "lib"],
  channels: ["sync", "ui", "lib"],
  deliveries: ["api", "channels", "sync", "ui", "lib"],
  gaps: ["api", "channels", "sync", "ui", "lib"],
  history: ["api", "deliveries", "gaps", "channels", "sync", "ui", "lib"],
  inspector: ["api", "deliveries", "channels", "sync", "ui", "lib"],
  accounts: ["api", "channels", "sync", "ui", "lib"],
  details: ["channels", "sync", "ui", "lib"],
  search: ["api", "channels", "sync", "ui", "lib"],
  inbox: ["gaps", "inspector", "details", "channels", "sync", "ui", "lib"],
};

const FOLDERS = ["lib", "api", "ui", "sync", "channels", "deliveries", "gaps", "history", "inspector", "accounts", "details", "search", "inbox", "shell", "sw"];

/** What a screen may know of the store: named queries and mutations, never its tables or its writer. */
const SCREEN_SYNC = "(client|queries|conversationList|mutations|details|media|device|searchable|status|statuses|rows|outgoing|acts)$";

const layerRules = Object.entries(LAYERS).map(([folder, allowed]) => {
  const forbidden = FOLDERS.filter((other) => other !== folder && !allowed.includes(other));
  const screen = allowed.includes("sync");
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    rules: {
      "no-restricted-imports": /** @type {import("eslint").Linter.RuleEntry} */ ([
        "error",
        {
          patterns: [
            {
              regex: `^(?:\\.\\./)+(${forbidden.join("|")})/(?!types$${screen ? "|http$" : ""})`,
              message: `src/${folder} may import from ${allowed.join(", ") || "nothing"} only.`,
            },
            ...(screen
              ? [
                  { regex: `^(?:\\.\\./)+sync/(?!${SCREEN_SYNC})`, message: "Screens use named queries and mutations." },
                  {
                    regex: "^(?:\\.\\./)+api/http$",
                    allowImportNames: ["ApiError", "Unreachable"],
                    message: "Screens write through named mutations.",
                  },
                ]
              : []),
          ],
        },
      ]),
    },
  };
});

const NO_RAW_HTML = [
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Foreign text is shown as text." },
  {
    selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment)$/]",
    message: "Foreign text is shown as text.",
  },
];

export default tseslint.config(
  globalIgnores(["node_modules", "src/api/schema.ts"]),
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  hooks.configs.flat.recommended,
  {
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./src/sw/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "no-eval": "error",
      "no-restricted-syntax": ["error", ...NO_RAW_HTML],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "max-lines": ["error", { max: 400 }],
    },
  },
  { files: ["src/**/*.{ts,tsx}"], rules: globalsBut() },
  { files: ["src/api/http.ts"], rules: globalsBut("fetch") },
  { files: ["src/api/uploads.ts"], rules: globalsBut("XMLHttpRequest") },
  { files: ["src/api/socket.ts"], rules: globalsBut("WebSocket") },
  { files: ["src/sync/db.ts"], rules: globalsBut("indexedDB") },
  { files: ["src/sync/device.ts"], rules: globalsBut("localStorage") },
  // The worker fetches files of the shell for the browser; it never calls the API.
  { files: ["src/sw/worker.ts"], rules: globalsBut("fetch") },
  ...layerRules,
  { files: ["eslint.config.js"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["public/*.js"], extends: [tseslint.configs.disableTypeChecked], languageOptions: { globals: { document: "readonly", localStorage: "readonly" } } },
);
