/**
 * Opens the shell with no server. The list of files and the build's name are written in at build time; a new build is
 * another worker, installed as a whole or not at all. What is not shell goes to the network untouched: no answer of
 * the API is ever kept here.
 */
declare const __BUILD__: string;
declare const __SHELL_FILES__: readonly string[];

const worker = globalThis as unknown as ServiceWorkerGlobalScope;

const PREFIX = "landline-shell-";
const CACHE = PREFIX + __BUILD__;
/** The page under its own address, so that it keeps the headers the server gives to pages. */
const PAGE = "/inbox/";
const PAGE_PATHS = /^\/(?:$|login\/?$|search\/?$|deliveries\/?$|accounts(?:\/\d+\/history)?\/?$|inbox(?:\/|$))/;

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  const fresh = [PAGE, ...__SHELL_FILES__].map((path) => new Request(path, { cache: "reload", redirect: "error" }));
  await cache.addAll(fresh);
  const page = await cache.match(PAGE);
  const html = (await page?.text()) ?? "";
  // The server may be in the middle of an upgrade: a page of another build must not be joined with our files.
  if (!html.includes(`content="${__BUILD__}"`)) {
    await caches.delete(CACHE);
    throw new Error("The page belongs to another build.");
  }
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  await worker.clients.claim();
}

async function fromShell(key: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(key)) ?? fetch(request);
}

worker.addEventListener("install", (event) => {
  event.waitUntil(install());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (request.mode === "navigate") {
    if (PAGE_PATHS.test(url.pathname)) event.respondWith(fromShell(PAGE, request));
  } else if (__SHELL_FILES__.includes(url.pathname)) {
    event.respondWith(fromShell(url.pathname, request));
  }
});

/** The page that is looked at, else any, shows what a notification is about; where none is open, one is. */
async function openAt(path: string): Promise<void> {
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ focused }) => focused) ?? pages.find(({ visibilityState }) => visibilityState === "visible") ?? pages[0];
  if (page === undefined) {
    await worker.clients.openWindow(path);
    return;
  }
  page.postMessage({ open: path });
  // Where the browser does not let it come to the front, it shows the place all the same.
  await page.focus().catch(() => undefined);
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path: unknown = event.notification.data;
  event.waitUntil(openAt(typeof path === "string" ? path : PAGE));
});
