/** How far the installation is, and what leads on: credentials, webhooks, the way of deliveries. */
import { json } from "./http";
import type { AccountAct, Reachability, Setup, SetupConnected, Webhooks } from "./schema";

const TRYING_MS = 60_000;

export type SetupAct = "webhooks_check" | "webhooks_register" | "probe";

export function getSetup(signal: AbortSignal): Promise<Setup> {
  return json("setup/", { signal });
}

/** @throws ApiError whose `code` says what is wrong with them, and whose message what to do. */
export function giveCredentials(dsn: string, apiKey: string): Promise<SetupConnected> {
  return json("setup/credentials/", { method: "POST", body: { dsn, api_key: apiKey }, deadlineMs: TRYING_MS });
}

/** Followed as any act on an account. */
export function actOnSetup(clientId: string, act: SetupAct): Promise<AccountAct> {
  return json("setup/acts/", { method: "POST", body: { client_id: clientId, act }, headers: { "Idempotency-Key": clientId } });
}

/** What the last comparison with upstream's list found. */
export function getWebhooks(signal: AbortSignal): Promise<Webhooks> {
  return json("setup/webhooks/", { signal });
}

export function getReachability(signal: AbortSignal): Promise<Reachability> {
  return json("setup/reachability/", { signal });
}
