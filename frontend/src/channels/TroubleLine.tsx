import { useState, type ReactNode } from "react";

import { followLink } from "../lib/router";
import { momentSince } from "../lib/time";
import { acknowledgeAlarm } from "../sync/statuses";
import { Icon } from "../ui/icons";
import { PLACE_WORDS, TROUBLE_WORDS } from "./alarmWords";
import { troublePath, type Trouble } from "./troubles";

interface TroubleLineProps {
  readonly trouble: Trouble;
  /** The page that stands open anyway. */
  readonly here: Trouble["place"];
  readonly children?: ReactNode;
}

/** What is wrong, since when, what to do about it and where. */
export function TroubleLine({ trouble, here, children }: TroubleLineProps) {
  const { says, next, place, since, alarm, mayAcknowledge } = trouble;
  const path = troublePath(trouble);
  const [failed, setFailed] = useState(false);
  const acknowledge = (id: string): void => {
    acknowledgeAlarm(id).then(
      () => {
        setFailed(false);
      },
      () => {
        setFailed(true);
      },
    );
  };
  return (
    <>
      <Icon name="alert" size={16} />
      <p>
        <strong>{says}</strong> <span className="trouble-next">{next}</span>
        {since !== null && <small> {TROUBLE_WORDS.since(momentSince(Date.parse(since), new Date()))}</small>}
        {failed && <span role="alert"> {TROUBLE_WORDS.failed}</span>}
      </p>
      {children}
      {place !== null && path !== null && place !== here && (
        <a href={path} onClick={followLink}>
          {PLACE_WORDS[place]}
        </a>
      )}
      {alarm?.acknowledged_at != null && <small>{TROUBLE_WORDS.acknowledged}</small>}
      {alarm?.acknowledged_at === null && mayAcknowledge && (
        <button
          type="button"
          className="text-button"
          title={TROUBLE_WORDS.acknowledgeMeans}
          onClick={() => {
            acknowledge(alarm.id);
          }}
        >
          {TROUBLE_WORDS.acknowledge}
        </button>
      )}
    </>
  );
}
