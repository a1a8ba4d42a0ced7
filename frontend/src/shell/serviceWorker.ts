const SCRIPT = "/sw.js";

interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}

interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): ScriptUrlPolicy;
}

/** Under `require-trusted-types-for 'script'` a worker's address must come from a named policy; ours knows one address. */
function scriptAddress(): string {
  const factory = (window as { trustedTypes?: TrustedTypesFactory }).trustedTypes;
  if (factory === undefined) return SCRIPT;
  policy ??= factory.createPolicy("landline", { createScriptURL: () => SCRIPT });
  return policy.createScriptURL(SCRIPT);
}

let policy: ScriptUrlPolicy | null = null;

/** Makes the shell open without a server. Where there are no service workers (plain http), nothing is lost but that. */
export async function registerServiceWorker(onUpdate: () => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(scriptAddress(), { scope: "/", updateViaCache: "none" });
    registration.addEventListener("updatefound", () => {
      const replacing = navigator.serviceWorker.controller !== null;
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => {
        if (worker.state === "activated" && replacing) onUpdate();
      });
    });
  } catch {
    // Refused by the browser or not served: the application works, it only cannot start without the server.
  }
}

/** A notification was pressed: what it is about is to be opened here. */
export function followNotices(open: (path: string) => void): () => void {
  if (!("serviceWorker" in navigator)) return () => undefined;
  const worker = navigator.serviceWorker;
  const take = ({ data }: MessageEvent): void => {
    const path: unknown = (data as { readonly open?: unknown } | null)?.open;
    if (typeof path === "string") open(path);
  };
  worker.addEventListener("message", take);
  return () => {
    worker.removeEventListener("message", take);
  };
}

/** The name of the build this page belongs to. */
export function pageBuild(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="landline-build"]')?.content ?? "";
}

/** A worker that keeps the shell must have the new one before a reload can show it; without one a reload is enough. */
export async function updateServiceWorker(onReady: () => void): Promise<void> {
  const registration = "serviceWorker" in navigator ? await navigator.serviceWorker.getRegistration() : undefined;
  if (registration === undefined) onReady();
  else await registration.update().catch(() => undefined);
}
