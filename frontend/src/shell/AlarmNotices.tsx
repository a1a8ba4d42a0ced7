import { useEffect } from "react";

import { isUnseen, troublePath, troublesOf, type Trouble } from "../channels/troubles";
import { ACCOUNTS_PATH } from "../lib/router";
import { words } from "../lib/words";
import { useLive } from "../sync/client";
import { readToldAlarms, writeToldAlarms } from "../sync/device";
import { channels } from "../sync/queries";

const TAG = "alarm ";
const ICON = "/static/app/icon.svg";

/** One for each alarm, however many tabs tell it: they share its tag. Gone once the alarm is. */
async function tell(open: readonly Trouble[]): Promise<void> {
  const alarms = open.flatMap((trouble) => {
    const { alarm, says, next } = trouble;
    return alarm === null ? [] : [{ id: alarm.id, body: `${says} ${next}`, path: troublePath(trouble) ?? ACCOUNTS_PATH }];
  });
  const ids = new Set(alarms.map(({ id }) => id));
  const told = new Set(readToldAlarms());
  writeToldAlarms([...ids]);
  const registration = await navigator.serviceWorker.ready;
  for (const shown of await registration.getNotifications()) {
    if (shown.tag.startsWith(TAG) && !ids.has(shown.tag.slice(TAG.length))) shown.close();
  }
  for (const { id, body, path } of alarms) {
    if (!told.has(id)) await registration.showNotification(words.product, { body, tag: TAG + id, icon: ICON, data: path });
  }
}

/** One after the other: an earlier state must not close what a later one shows. */
let telling: Promise<void> = Promise.resolve();

/** Tells alarms by notifications of the device, where that is wished and allowed. */
export function AlarmNotices() {
  const all = useLive(channels);
  useEffect(() => {
    if (all === undefined || !("serviceWorker" in navigator)) return;
    // The permission may have been taken back meanwhile: then there is nobody to tell.
    telling = telling.then(() => tell(troublesOf(all).filter(isUnseen))).catch(() => undefined);
  }, [all]);
  return null;
}
