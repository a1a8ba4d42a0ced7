import { useCallback, useEffect, useRef, useState } from "react";

import type { Session, User } from "../api/types";
import { currentSession, signIn as signInThere, signOut as signOutEverywhere } from "../sync/account";
import type { Client } from "../sync/client";
import { openDatabase, StorageBlocked } from "../sync/db";
import { rememberedUser, signOutPending } from "../sync/device";
import { Engine } from "../sync/engine";
import { Outbox } from "../sync/outbox/outbox";
import { RowCache } from "../sync/rowCache";
import { pageBuild, registerServiceWorker, updateServiceWorker } from "./serviceWorker";

export type SignedOutReason = "start" | "ended" | "left" | "left-untold" | "unreachable";

export type AccountState =
  | { readonly kind: "opening" }
  | { readonly kind: "signed-out"; readonly reason: SignedOutReason }
  | { readonly kind: "storage"; readonly blocked: boolean }
  | { readonly kind: "ready"; readonly client: Client };

export interface Account {
  readonly state: AccountState;
  readonly signIn: (username: string, password: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
}

/** Draws the last user's copy at once; the server is asked meanwhile and has the last word. */
export function useAccount(): Account {
  const [state, setState] = useState<AccountState>({ kind: "opening" });
  const client = useRef<Client | null>(null);

  const close = useCallback(() => {
    client.current?.outbox.stop();
    client.current?.engine.stop();
    client.current?.db.close();
    client.current = null;
  }, []);

  const leave = useCallback(
    (reason: SignedOutReason) => {
      close();
      setState({ kind: "signed-out", reason });
    },
    [close],
  );

  const open = useCallback(
    async (user: User, demo: boolean) => {
      try {
        const db = await openDatabase(user.id);
        const offerReload = (): void => {
          engine.status.set({ updateReady: true });
        };
        const engine: Engine = new Engine(db, {
          user,
          build: pageBuild(),
          onNewBuild: () => {
            void updateServiceWorker(offerReload);
          },
          onSignedOut: (elsewhere) => {
            leave(elsewhere ? "left" : "ended");
          },
        });
        const outbox = new Outbox(db, {
          // Another tab may have logged somebody else in: what this user wrote is not theirs to send.
          mayLeave: () => engine.status.get().phase !== "offline" && rememberedUser()?.id === user.id,
          onSignedOut: () => {
            leave("ended");
          },
        });
        client.current = { db, engine, outbox, rows: new RowCache(db), user, demo };
        await engine.start();
        outbox.start();
        let before = engine.status.get().phase;
        engine.status.subscribe(() => {
          const { phase } = engine.status.get();
          if (phase === "live" && before !== "live") outbox.wake(true);
          before = phase;
        });
        setState({ kind: "ready", client: client.current });
        void registerServiceWorker(offerReload);
      } catch (error) {
        close();
        setState({ kind: "storage", blocked: error instanceof StorageBlocked });
      }
    },
    [close, leave],
  );

  const follow = useCallback(
    async (session: Session) => {
      if (session.user === null) {
        leave(client.current === null ? "start" : "ended");
      } else if (client.current?.user.id !== session.user.id) {
        close();
        await open(session.user, session.demo);
      }
    },
    [close, leave, open],
  );

  useEffect(() => {
    const boot = async (): Promise<void> => {
      const known = signOutPending() ? null : rememberedUser();
      const asked = currentSession();
      if (known !== null) await open(known, known.demo);
      const answer = await asked;
      if (answer !== "unreachable") await follow(answer);
      else if (known === null) leave("unreachable");
    };
    void boot();
  }, [follow, leave, open]);

  return {
    state,
    signIn: useCallback(
      async (username, password) => {
        await follow(await signInThere(username, password));
      },
      [follow],
    ),
    signOut: useCallback(async () => {
      client.current?.engine.tellSignedOut();
      close();
      await signOutEverywhere();
      leave(signOutPending() ? "left-untold" : "left");
    }, [close, leave]),
  };
}
