import { useState } from "react";

import type { Id } from "../../api/types";
import { ChannelBadge } from "../../channels/ChannelBadge";
import { oneLine } from "../../lib/text";
import { useLive } from "../../sync/client";
import { forwardTargets } from "../../sync/queries";
import type { LocalConversation } from "../../sync/rows";
import { Avatar } from "../../ui/Avatar";
import { Dialog } from "../../ui/Dialog";
import { actWords } from "./actWords";

const SHOWN_MAX = 50;

interface ForwardDialogProps {
  readonly channelId: Id;
  readonly onPick: (target: LocalConversation) => void;
  readonly onClose: () => void;
}

/** Where to: a conversation of the same account. */
export function ForwardDialog({ channelId, onPick, onClose }: ForwardDialogProps) {
  const [name, setName] = useState("");
  const targets = useLive(forwardTargets, channelId, name, SHOWN_MAX);
  return (
    <Dialog title={actWords.forwardTitle} onClose={onClose}>
      <input
        type="search"
        className="field"
        value={name}
        placeholder={actWords.forwardFind}
        aria-label={actWords.forwardFind}
        autoComplete="off"
        autoFocus
        onChange={(event) => {
          setName(event.target.value);
        }}
      />
      {targets?.length === 0 && <p className="aside">{actWords.forwardNone}</p>}
      <ul className="picks">
        {targets?.map((target) => (
          <li key={target.id}>
            <button
              type="button"
              className="pick"
              onClick={() => {
                onPick(target);
                onClose();
              }}
            >
              <Avatar name={target.name} seed={target.contact_id ?? target.id} badge={<ChannelBadge provider={target.provider} />} />
              <bdi>{oneLine(target.name)}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
