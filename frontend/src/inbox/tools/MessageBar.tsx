import { createPortal } from "react-dom";

import type { LocalMessage } from "../../sync/rows";
import { Icon } from "../../ui/icons";
import { useThreadActions } from "../threadActions";
import { messageTools } from "./messageTools";

interface MessageBarProps {
  readonly message: LocalMessage;
  readonly row: HTMLElement;
}

/** Beside the bubble under the pointer. Keyboards and fingers have the menu for the same things. */
export function MessageBar({ message, row }: MessageBarProps) {
  const tools = messageTools(message, useThreadActions());
  const bubble = row.querySelector<HTMLElement>(".bubble");
  if (tools.length === 0 || bubble === null) return null;
  const left = bubble.offsetLeft;
  const place =
    message.direction === "outbound"
      ? { right: row.offsetWidth - left + 4 }
      : { left: left + bubble.offsetWidth + 4 };
  return createPortal(
    <div className="message-bar" style={{ ...place, top: bubble.offsetTop }}>
      {tools.map(({ key, icon, label, run, href }) =>
        href === undefined ? (
          <button key={key} type="button" tabIndex={-1} aria-label={label} title={label} onClick={run}>
            <Icon name={icon} size={16} />
          </button>
        ) : (
          <a key={key} href={href} download tabIndex={-1} aria-label={label} title={label}>
            <Icon name={icon} size={16} />
          </a>
        ),
      )}
    </div>,
    row,
  );
}
