/** The address as a route. Three screens need no library. */
import { useMemo, useSyncExternalStore } from "react";

export type Route =
  | { readonly screen: "inbox"; readonly conversationId: string | null; readonly target: Target | null }
  | { readonly screen: "search"; readonly q: string }
  | { readonly screen: "login" };

/** A message to open the conversation at; every navigation to one counts anew. */
export interface Target {
  readonly messageId: string;
  readonly jump: number;
}

const CONVERSATION = /^\/inbox\/chats\/(\d{1,20})\/?$/;

export const INBOX_PATH = "/inbox/";
export const LOGIN_PATH = "/login";

export function conversationPath(id: string, messageId?: string): string {
  return `/inbox/chats/${id}${messageId === undefined ? "" : `?at=${messageId}`}`;
}

export function searchPath(q: string): string {
  return q === "" ? "/search" : `/search?${new URLSearchParams({ q }).toString()}`;
}

export function routeOf(path: string, search = "", jump = 0): Route {
  if (/^\/login\/?$/.test(path)) return { screen: "login" };
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
}

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

/** A pushed entry remembers that the list lies behind it, so that leaving a conversation can go back. */
export function navigate(path: string, how: "push" | "replace" = "push"): void {
  const jumps = path.includes("?at=");
  if (path === location.pathname + location.search && !jumps) return;
  const jump = jumps ? Date.now() : 0;
  if (how === "push") history.pushState({ inside: true, jump }, "", path);
  else history.replaceState({ ...entryState(), jump }, "", path);
  window.dispatchEvent(new Event(MOVED));
}

export function leaveConversation(): void {
  if (entryState().inside === true) history.back();
  else navigate(INBOX_PATH, "replace");
}
