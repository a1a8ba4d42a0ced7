import { lazy, Suspense, useCallback, useEffect, useState } from "react";

import { Inbox } from "../inbox/Inbox";
import { SoundStage } from "../inbox/player/SoundStage";
import { INBOX_PATH, LOGIN_PATH, navigate, useRoute } from "../lib/router";
import { words } from "../lib/words";
import { ClientContext } from "../sync/client";
import { readPreferences, writePreferences, type Preferences } from "../sync/device";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { Notice, Waiting } from "../ui/Notice";
import { AlarmNotices } from "./AlarmNotices";
import { Help } from "./Help";
import { Login } from "./Login";
import { Rail } from "./Rail";
import { ScreenKeys } from "./ScreenKeys";
import { followNotices } from "./serviceWorker";
import { Settings } from "./Settings";
import { TabMark } from "./TabMark";
import { useAccount } from "./useAccount";

const Deliveries = lazy(async () => ({ default: (await import("../deliveries/Deliveries")).Deliveries }));
const Accounts = lazy(() => import("../accounts/Accounts"));
const History = lazy(() => import("../history/History"));
const Search = lazy(() => import("../search/Search"));

type OpenDialog = "settings" | "help" | null;

function usePreferences(): [Preferences, (preferences: Preferences) => void] {
  const [preferences, setPreferences] = useState(readPreferences);
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (preferences.theme === "system") delete dataset["theme"];
    else dataset["theme"] = preferences.theme;
  }, [preferences.theme]);
  const change = useCallback((next: Preferences) => {
    writePreferences(next);
    setPreferences(next);
  }, []);
  return [preferences, change];
}

export function App() {
  const route = useRoute();
  const account = useAccount();
  const [preferences, setPreferences] = usePreferences();
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const { kind } = account.state;

  useEffect(() => {
    if (kind === "signed-out") navigate(LOGIN_PATH, "replace");
    else if (kind === "ready" && (route.screen === "login" || location.pathname === "/")) navigate(INBOX_PATH, "replace");
  }, [kind, route.screen]);

  useEffect(() => followNotices(navigate), []);

  const close = useCallback(() => {
    setDialog(null);
  }, []);
  const openSettings = useCallback(() => {
    setDialog("settings");
  }, []);
  const openHelp = useCallback(() => {
    setDialog("help");
  }, []);

  switch (account.state.kind) {
    case "opening":
      return <Waiting label={words.list.loading} />;
    case "signed-out":
      return <Login reason={account.state.reason} onSignIn={account.signIn} />;
    case "storage":
      return (
        <Notice
          tone="error"
          title={account.state.blocked ? words.storage.blocked : words.storage.unavailable}
          next={account.state.blocked ? undefined : words.storage.unavailableNext}
        >
          <button
            type="button"
            className="button"
            onClick={() => {
              location.reload();
            }}
          >
            {words.retry}
          </button>
        </Notice>
      );
    case "ready":
      return (
        <ClientContext value={account.state.client}>
          <div className="app">
            <SoundStage conversationId={route.screen === "inbox" ? route.conversationId : null}>
              <Rail screen={route.screen} onSettings={openSettings} />
              {route.screen === "inbox" || route.screen === "login" ? (
                <Inbox
                  conversationId={route.screen === "inbox" ? route.conversationId : null}
                  target={route.screen === "inbox" ? route.target : null}
                  preferences={preferences}
                  onHelp={openHelp}
                  onSettings={openSettings}
                />
              ) : (
                <ErrorBoundary key={route.screen}>
                  <ScreenKeys
                    screen={route.screen}
                    singleKeys={preferences.singleKeys}
                    onHelp={openHelp}
                    onSettings={openSettings}
                  />
                  <Suspense fallback={<Waiting label={words[route.screen]} />}>
                    {route.screen === "search" && <Search q={route.q} />}
                    {route.screen === "deliveries" && <Deliveries />}
                    {route.screen === "accounts" && <Accounts />}
                    {route.screen === "history" && <History key={route.channelId} channelId={route.channelId} />}
                  </Suspense>
                </ErrorBoundary>
              )}
            </SoundStage>
          </div>
          <TabMark screen={route.screen} conversationId={route.screen === "inbox" ? route.conversationId : null} />
          {preferences.alarmNotices && <AlarmNotices />}
          {dialog === "settings" && (
            <Settings
              preferences={preferences}
              onChange={setPreferences}
              onKeys={openHelp}
              onSignOut={account.signOut}
              onClose={close}
            />
          )}
          {dialog === "help" && <Help singleKeys={preferences.singleKeys} onClose={close} />}
        </ClientContext>
      );
  }
}
