/** Who is signed in, and leaving without a trace. */
import { ApiError, getSession, signIn as postSession, signOut as deleteSession, Unreachable } from "../api/http";
import type { Session } from "../api/types";
import { deleteDatabases } from "./db";
import { forgetDevice, rememberUser, setSignOutPending, signOutPending } from "./device";

export type SessionAnswer = Session | "unreachable";

function remember(session: Session): Session {
  if (session.user !== null) rememberUser({ ...session.user, demo: session.demo });
  return session;
}

/** Asks the server; a sign-out it has not heard of is told first. */
export async function currentSession(): Promise<SessionAnswer> {
  try {
    if (signOutPending()) await tellSignedOut();
    return remember(await getSession());
  } catch (error) {
    if (error instanceof Unreachable || error instanceof ApiError) return "unreachable";
    throw error;
  }
}

/** @throws ApiError, Unreachable */
export async function signIn(username: string, password: string): Promise<Session> {
  await getSession();
  const session = remember(await postSession(username, password));
  setSignOutPending(false);
  return session;
}

async function tellSignedOut(): Promise<void> {
  await getSession();
  await deleteSession();
  setSignOutPending(false);
}

async function deleteCaches(): Promise<void> {
  if (typeof caches === "undefined") return;
  for (const name of await caches.keys()) await caches.delete(name);
}

async function removeServiceWorkers(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
}

/** Leaves nothing of this user on the device, also with no network; the server is told now or when it answers again. */
export async function signOut(): Promise<void> {
  setSignOutPending(true);
  forgetDevice();
  await Promise.all([deleteDatabases(), deleteCaches(), removeServiceWorkers()]);
  await tellSignedOut().catch((error: unknown) => {
    if (!(error instanceof Unreachable || error instanceof ApiError)) throw error;
  });
}
