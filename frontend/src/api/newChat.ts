/** Beginning conversations, and asking first whether a number has an account. */
import { json } from "./http";
import type { BegunConversation, Id, Lookup } from "./types";

const LOOK_UP_SECONDS = 10;
const PAUSE_MS = 1_000;
const LOOKS = 20;

export interface WantedChat {
  readonly client_id: string;
  readonly channel_id: Id;
  readonly attendee_ids: readonly Id[];
  readonly phones: readonly string[];
  readonly title?: string;
  readonly text: string;
  readonly upload_ids?: readonly Id[];
  readonly voice?: boolean;
}

export function startChat(provider: string, body: WantedChat): Promise<BegunConversation> {
  const headers = { "Idempotency-Key": body.client_id };
  return json(`communications/${encodeURIComponent(provider)}/chats/`, { method: "POST", body, headers });
}

/** Waits until upstream has answered; `exists` stays null if it does not in time. */
export async function lookUpNumber(channelId: Id, clientId: string, phone: string): Promise<Lookup> {
  const path = `communications/channels/${encodeURIComponent(channelId)}/lookups/`;
  const headers = { "Idempotency-Key": clientId, Prefer: `wait=${LOOK_UP_SECONDS}` };
  let lookup = await json<Lookup>(path, { method: "POST", body: { client_id: clientId, phone }, headers });
  for (let look = 0; look < LOOKS && isOpen(lookup); look += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    lookup = await json<Lookup>(`${path}${lookup.id}/`);
  }
  return lookup;
}

const isOpen = ({ state }: Lookup): boolean => state === "waiting" || state === "sending";
