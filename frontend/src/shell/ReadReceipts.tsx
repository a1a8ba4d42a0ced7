import { useState } from "react";

import { ApiError } from "../api/http";
import type { Channel } from "../api/types";
import { providerName } from "../channels/ChannelBadge";
import { oneLine } from "../lib/text";
import { words } from "../lib/words";
import { readReceiptsSet } from "../sync/acts";
import { useLive } from "../sync/client";
import { channels } from "../sync/queries";

const WHEN = words.receipts.when;

function Account({ channel }: { readonly channel: Channel }) {
  const [wanted, setWanted] = useState<Channel["read_receipts"] | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const choose = (value: Channel["read_receipts"]): void => {
    setWanted(value);
    setTrouble(null);
    readReceiptsSet(channel.id, value).catch((error: unknown) => {
      setWanted(null);
      setTrouble(error instanceof ApiError ? error.message : words.login.unreachable);
    });
  };
  const title = `${providerName(channel.provider)} · ${oneLine(channel.name, 40)}`;
  return (
    <label className="labelled">
      <span>
        <bdi>{title}</bdi>
      </span>
      <select
        className="field"
        value={wanted ?? channel.read_receipts}
        onChange={(event) => {
          choose(event.target.value as Channel["read_receipts"]);
        }}
      >
        {(Object.keys(WHEN) as Channel["read_receipts"][]).map((value) => (
          <option key={value} value={value}>
            {WHEN[value]}
          </option>
        ))}
      </select>
      {trouble !== null && (
        <small className="field-error" role="alert">
          {trouble}
        </small>
      )}
    </label>
  );
}

/** When the people who write are told that it was read; for whoever administers an account. */
export function ReadReceipts() {
  const own = (useLive(channels) ?? []).filter(({ role, status }) => role !== "member" && status !== "deleted");
  if (own.length === 0) return null;
  return (
    <fieldset className="choice choice-column">
      <legend>{words.receipts.legend}</legend>
      {own.map((channel) => (
        <Account key={channel.id} channel={channel} />
      ))}
    </fieldset>
  );
}
