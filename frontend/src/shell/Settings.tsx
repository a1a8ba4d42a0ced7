import { useState } from "react";

import { words } from "../lib/words";
import { useClient } from "../sync/client";
import type { Preferences } from "../sync/device";
import { useWaitingCount } from "../sync/outgoing";
import { Choice } from "../ui/Choice";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/icons";
import { AlarmNoticesSwitch } from "./AlarmNoticesSwitch";
import { ReadReceipts } from "./ReadReceipts";

interface SettingsProps {
  readonly preferences: Preferences;
  readonly onChange: (preferences: Preferences) => void;
  readonly onKeys: () => void;
  readonly onSignOut: () => Promise<void>;
  readonly onClose: () => void;
}

export function Settings({ preferences, onChange, onKeys, onSignOut, onClose }: SettingsProps) {
  const { user } = useClient();
  const unsent = useWaitingCount();
  const [leaving, setLeaving] = useState(false);
  return (
    <Dialog title={words.settings} onClose={onClose} className="settings">
      <Choice
        legend={words.preferences.theme}
        name="theme"
        options={words.preferences.themes}
        value={preferences.theme}
        onChange={(theme) => {
          onChange({ ...preferences, theme });
        }}
      />
      <Choice
        legend={words.preferences.density}
        name="density"
        options={words.preferences.densities}
        value={preferences.density}
        onChange={(density) => {
          onChange({ ...preferences, density });
        }}
      />
      <Choice
        legend={words.preferences.sendKey}
        name="send-key"
        options={words.preferences.sendKeys}
        value={preferences.sendKey}
        onChange={(sendKey) => {
          onChange({ ...preferences, sendKey });
        }}
      />
      <label className="switch">
        <input
          type="checkbox"
          checked={preferences.undoSend}
          onChange={(event) => {
            onChange({ ...preferences, undoSend: event.target.checked });
          }}
        />
        <span>
          {words.preferences.undoSend} <small>{words.preferences.undoSendNext}</small>
        </span>
      </label>
      <label className="switch">
        <input
          type="checkbox"
          checked={preferences.singleKeys}
          onChange={(event) => {
            onChange({ ...preferences, singleKeys: event.target.checked });
          }}
        />
        <span>
          {words.preferences.singleKeys} <small>{words.preferences.singleKeysNext}</small>
        </span>
      </label>
      <AlarmNoticesSwitch
        wanted={preferences.alarmNotices}
        onChange={(alarmNotices) => {
          onChange({ ...preferences, alarmNotices });
        }}
      />
      <ReadReceipts />
      <button type="button" className="text-button" onClick={onKeys}>
        {words.preferences.keys}
      </button>
      {!window.isSecureContext && (
        <p className="aside">
          <Icon name="alert" size={15} /> {words.preferences.insecure}
        </p>
      )}
      <footer className="settings-foot">
        <p>
          {words.preferences.signedInAs(user.display_name || user.username)}
          <small>{words.preferences.signOutNext}</small>
          {unsent > 0 && <strong className="unsent">{words.preferences.unsent(unsent)}</strong>}
        </p>
        <button
          type="button"
          className="button"
          disabled={leaving}
          onClick={() => {
            setLeaving(true);
            void onSignOut();
          }}
        >
          {leaving ? words.preferences.signingOut : words.preferences.signOut}
        </button>
      </footer>
    </Dialog>
  );
}
