/** Accounts: connecting and managing them, and how well they are. Asked of the server each time. */
import { json, query } from "./http";
import type { AccountAct, ChannelHealth } from "./schema";
import type { Channel, Id } from "./types";

const ACT_WAIT_SECONDS = 10;

export type ChannelAct = "reconnect" | "reconnect_link" | "restart";

/** By which upstream connects an account; its password is never readable back. */
export interface Proxy {
  readonly protocol: "http" | "https" | "socks5";
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

/** How much of a new account's past upstream fetches; what is absent is not limited. */
export interface SyncLimit {
  readonly chats?: number;
  readonly messages?: number;
}

export interface WantedAccount {
  readonly account_type: string;
  readonly way: "page" | "link";
  /** With a number WhatsApp is connected by a code to type on the phone, in place of an image. */
  readonly phone?: string;
  /** By link only. */
  readonly sync_limit?: SyncLimit;
}

const channelPath = (id: Id): string => `communications/channels/${encodeURIComponent(id)}/`;
const actPath = (id: Id): string => `communications/accounts/acts/${encodeURIComponent(id)}/`;

export function connectAccount(clientId: string, wanted: WantedAccount): Promise<AccountAct> {
  const headers = { "Idempotency-Key": clientId };
  return json("communications/accounts/", { method: "POST", body: { client_id: clientId, ...wanted }, headers });
}

function act(clientId: string, channelId: Id, wanted: object): Promise<AccountAct> {
  const body = { client_id: clientId, ...wanted };
  return json(`${channelPath(channelId)}acts/`, { method: "POST", body, headers: { "Idempotency-Key": clientId } });
}

export function actOnChannel(clientId: string, channelId: Id, wanted: ChannelAct): Promise<AccountAct> {
  return act(clientId, channelId, { act: wanted });
}

/** `erases`: what is stored here goes too. Whoever asks for it has typed the word. */
export function removeAccount(clientId: string, channelId: Id, erases: boolean): Promise<AccountAct> {
  return act(clientId, channelId, { act: "remove", erases, confirmation: erases ? "erase" : "remove" });
}

/** Null for none. */
export function setProxy(clientId: string, channelId: Id, proxy: Proxy | null): Promise<AccountAct> {
  return act(clientId, channelId, { act: "proxy", proxy });
}

/** While it is paused nothing is sent or fetched for the account. */
export function pauseAccount(channelId: Id, paused: boolean): Promise<Channel> {
  return json(channelPath(channelId), { method: "PATCH", body: { paused } });
}

/** How an act stands; with `wait` once the worker has done its part. */
export function getAct(actId: Id, wait: boolean, signal: AbortSignal): Promise<AccountAct> {
  const headers: Record<string, string> = wait ? { Prefer: `wait=${ACT_WAIT_SECONDS}` } : {};
  return json(actPath(actId), { headers, signal });
}

export function answerAct(actId: Id, code: string): Promise<AccountAct> {
  return json(`${actPath(actId)}answer/`, { method: "POST", body: { code } });
}

/** A code that was sent is sent once more. */
export function resendAct(actId: Id): Promise<AccountAct> {
  return json(`${actPath(actId)}resend/`, { method: "POST" });
}

export function renewAct(actId: Id): Promise<AccountAct> {
  return json(`${actPath(actId)}renew/`, { method: "POST" });
}

export function getChannelHealth(channelId: Id, utcOffset: number, signal: AbortSignal): Promise<ChannelHealth> {
  return json(`${channelPath(channelId)}health/${query({ utc_offset: utcOffset })}`, { signal });
}
