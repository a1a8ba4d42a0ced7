import { useState } from "react";

import { words } from "../lib/words";

interface AlarmNoticesSwitchProps {
  readonly wanted: boolean;
  readonly onChange: (wanted: boolean) => void;
}

const canTell = (): boolean => "Notification" in window && "serviceWorker" in navigator;

/** The browser asks for its leave when the switch is turned on, and never before. */
export function AlarmNoticesSwitch({ wanted, onChange }: AlarmNoticesSwitchProps) {
  const [refused, setRefused] = useState(() => canTell() && wanted && Notification.permission !== "granted");
  const turn = async (on: boolean): Promise<void> => {
    const allowed = !on || (await Notification.requestPermission()) === "granted";
    setRefused(!allowed);
    onChange(on && allowed);
  };
  if (!canTell()) return null;
  return (
    <label className="switch">
      <input
        type="checkbox"
        checked={wanted && !refused}
        onChange={(event) => {
          void turn(event.target.checked);
        }}
      />
      <span>
        {words.preferences.alarmNotices}{" "}
        <small role={refused ? "alert" : undefined}>
          {refused ? words.preferences.alarmNoticesRefused : words.preferences.alarmNoticesNext}
        </small>
      </span>
    </label>
  );
}
