/** The address as a route. Six screens need no library. */
import { useMemo, useSyncExternalStore, type MouseEvent } from "react";

export type Route =
  | { readonly screen: "inbox"; readonly conversationId: string | null; readonly target: Target | null }
  | { readonly screen: "search"; readonly q: string }
  | { readonly screen: "deliveries" }
  | { readonly screen: "accounts" }
  | { readonly screen: "history"; readonly channelId: string }
  | { readonly screen: "login" };

/** A message to open the conversation at; every navigation to one counts anew. */
export interface Target {
  readonly messageId: string;
  readonly jump: number;
}

const HISTORY = /^\/accounts\/(\d{1,20})\/history\/?$/;
const CONVERSATION = /^\/inbox\/chats\/(\d{1,20})\/?$/;

export const INBOX_PATH = "/inbox/";
export const DELIVERIES_PATH = "/deliveries";
export const ACCOUNTS_PATH = "/accounts";
export const SETUP_PATH = `${ACCOUNTS_PATH}?setup`;
export const LOGIN_PATH = "/login";

export function conversationPath(id: string, messageId?: string): string {
  return `/inbox/chats/${id}${messageId === undefined ? "" : `?at=${messageId}`}`;
}

/** The accounts, at one of them. */
export function accountPath(channelId: string): string {
  return `${ACCOUNTS_PATH}?${new URLSearchParams({ account: channelId }).toString()}`;
}

/** What was copied of an account from upstream; the runs that are looked at stand behind the question mark. */
export function historyPath(channelId: string, runs: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(runs).toString();
  return `${ACCOUNTS_PATH}/${channelId}/history${search === "" ? "" : `?${search}`}`;
}

export function deliveryPath(id: string): string {
  return `${DELIVERIES_PATH}?${new URLSearchParams({ delivery: id }).toString()}`;
}

export function searchPath(q: string): string {
  return q === "" ? "/search" : `/search?${new URLSearchParams({ q }).toString()}`;
}

export function routeOf(path: string, search = "", jump = 0): Route {
  if (/^\/login\/?$/.test(path)) return { screen: "login" };
  if (/^\/deliveries\/?$/.test(path)) return { screen: "deliveries" };
  if (/^\/accounts\/?$/.test(path)) return { screen: "accounts" };
  const channelId = HISTORY.exec(path)?.[1];
  if (channelId !== undefined) return { screen: "history", channelId };
  const parameters = new URLSearchParams(search);
  if (/^\/search\/?$/.test(path)) return { screen: "search", q: parameters.get("q") ?? "" };
  const at = parameters.get("at") ?? "";
  const target = /^\d{1,20}$/.test(at) ? { messageId: at, jump } : null;
  return { screen: "inbox", conversationId: CONVERSATION.exec(path)?.[1] ?? null, target };
}

const MOVED = "landline:moved";

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(MOVED, listener);
  };
}

interface EntryState {
  /** The entry before is ours: leaving can go back. */
  readonly inside?: boolean;
  readonly jump?: number;
  /** What stands over the screen, from below to above: Back closes it first. */
  readonly layers?: readonly string[];
}

// What stood over the screen is gone after a reload.
if (entryState().layers !== undefined) writeLayers([], "replace");

function entryState(): EntryState {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null ? state : {};
}

const snapshot = (): string => JSON.stringify([location.pathname, location.search, entryState().jump ?? 0]);

export function useRoute(): Route {
  const current = useSyncExternalStore(subscribe, snapshot);
  return useMemo(() => {
    const [path, search, jump] = JSON.parse(current) as [string, string, number];
    return routeOf(path, search, jump);
  }, [current]);
}

/** What stands behind the question mark, for screens that keep their state there. */
export function useAddressQuery(): string {
  return useSyncExternalStore(subscribe, () => location.search);
}

export function entryLayers(): readonly string[] {
  return entryState().layers ?? [];
}

export function writeLayers(layers: readonly string[], how: "push" | "replace"): void {
  const state: EntryState = { ...entryState(), layers };
  if (how === "push") history.pushState(state, "");
  else history.replaceState(state, "");
}

/**
 * A pushed entry remembers that the list lies behind it, so that leaving a conversation can go back. Where something
 * stands over the screen, its entry is the one to take: nobody wants to come back to it.
 */
export function navigate(path: string, how: "push" | "replace" = "push"): void {
  const jumps = path.includes("?at=");
  if (path === location.pathname + location.search && !jumps) return;
  const jump = jumps ? Date.now() : 0;
  if (how === "push" && entryLayers().length === 0) history.pushState({ inside: true, jump }, "", path);
  else history.replaceState({ inside: how === "push" || entryState().inside === true, jump }, "", path);
  window.dispatchEvent(new Event(MOVED));
}

/** A link inside the product is a step inside the page; a new tab stays a new tab. */
export function followLink(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  navigate(event.currentTarget.pathname + event.currentTarget.search);
}

export function leaveConversation(): void {
  if (entryState().inside === true) history.back();
  else navigate(INBOX_PATH, "replace");
}
