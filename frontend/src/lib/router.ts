/** The address as a route. Three screens need no library. */
import { useSyncExternalStore } from "react";

export type Route =
  | { readonly screen: "inbox"; readonly conversationId: string | null }
  | { readonly screen: "deliveries" }
  | { readonly screen: "login" };

const CONVERSATION = /^\/inbox\/chats\/(\d{1,20})\/?$/;

export const INBOX_PATH = "/inbox/";
export const DELIVERIES_PATH = "/deliveries";
export const LOGIN_PATH = "/login";

export function conversationPath(id: string): string {
  return `/inbox/chats/${id}`;
}

export function routeOf(path: string): Route {
  if (/^\/login\/?$/.test(path)) return { screen: "login" };
  if (/^\/deliveries\/?$/.test(path)) return { screen: "deliveries" };
  return { screen: "inbox", conversationId: CONVERSATION.exec(path)?.[1] ?? null };
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

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => location.pathname));
}

/** What stands behind the question mark, for screens that keep their state there. */
export function useAddressQuery(): string {
  return useSyncExternalStore(subscribe, () => location.search);
}

/** A pushed entry remembers that the list lies behind it, so that leaving a conversation can go back. */
export function navigate(path: string, how: "push" | "replace" = "push"): void {
  if (path === location.pathname + location.search) return;
  if (how === "push") history.pushState({ inside: true }, "", path);
  else history.replaceState(history.state, "", path);
  window.dispatchEvent(new Event(MOVED));
}

export function leaveConversation(): void {
  const state: unknown = history.state;
  const inside = typeof state === "object" && state !== null && "inside" in state;
  if (inside) history.back();
  else navigate(INBOX_PATH, "replace");
}
