/** Accounts: connecting and managing them, and how well they are. Asked of the server each time. */
import { json, query } from "./http";
import type { AccountAct, ChannelHealth } from "./schema";
import type { Id } from "./types";

const ACT_WAIT_SECONDS = 10;

export type ChannelAct = "reconnect" | "reconnect_link" | "restart" | "remove";

export interface WantedAccount {
  readonly account_type: string;
  readonly way: "page" | "link";
  /** With a number WhatsApp is connected by a code to type on the phone, in place of an image. */
  readonly phone?: string;
}

const channelPath = (id: Id): string => `communications/channels/${encodeURIComponent(id)}/`;
const actPath = (id: Id): string => `communications/accounts/acts/${encodeURIComponent(id)}/`;

export function connectAccount(clientId: string, wanted: WantedAccount): Promise<AccountAct> {
  const headers = { "Idempotency-Key": clientId };
  return json("communications/accounts/", { method: "POST", body: { client_id: clientId, ...wanted }, headers });
}

export function actOnChannel(clientId: string, channelId: Id, act: ChannelAct): Promise<AccountAct> {
  const confirmed = act === "remove" ? { confirmation: "remove" } : {};
  const body = { client_id: clientId, act, ...confirmed };
  return json(`${channelPath(channelId)}acts/`, { method: "POST", body, headers: { "Idempotency-Key": clientId } });
}

/** How an act stands; with `wait` once the worker has done its part. */
export function getAct(actId: Id, wait: boolean, signal: AbortSignal): Promise<AccountAct> {
  const headers: Record<string, string> = wait ? { Prefer: `wait=${ACT_WAIT_SECONDS}` } : {};
  return json(actPath(actId), { headers, signal });
}

export function answerAct(actId: Id, code: string): Promise<AccountAct> {
  return json(`${actPath(actId)}answer/`, { method: "POST", body: { code } });
}

export function renewAct(actId: Id): Promise<AccountAct> {
  return json(`${actPath(actId)}renew/`, { method: "POST" });
}

export function getChannelHealth(channelId: Id, utcOffset: number, signal: AbortSignal): Promise<ChannelHealth> {
  return json(`${channelPath(channelId)}health/${query({ utc_offset: utcOffset })}`, { signal });
}
