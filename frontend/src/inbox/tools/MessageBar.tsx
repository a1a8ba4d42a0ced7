import { createPortal } from "react-dom";

import type { LocalMessage } from "../../sync/rows";
import { Icon } from "../../ui/icons";
import { useThreadActions } from "../threadActions";
import { messageTools } from "./messageTools";

/** As in bubble.css. */
const TOOL_PX = 28;
const EDGE_PX = 8;
/** Where there is no room beside the bubble, the bar stands over its upper edge. */
const RAISED_PX = 16;

interface MessageBarProps {
  readonly message: LocalMessage;
  readonly row: HTMLElement;
}

/** Beside the bubble under the pointer. Keyboards and fingers have the menu for the same things. */
export function MessageBar({ message, row }: MessageBarProps) {
  const tools = messageTools(message, useThreadActions());
  const bubble = row.querySelector<HTMLElement>("article");
  if (tools.length === 0 || bubble === null) return null;
  const width = tools.length * TOOL_PX + EDGE_PX;
  const start = bubble.offsetLeft;
  const end = start + bubble.offsetWidth;
  const outbound = message.direction === "outbound";
  const fits = (outbound ? start : row.offsetWidth - end) >= width;
  const beside = outbound ? start - width : end + EDGE_PX / 2;
  const place = { left: fits ? beside : end - width, top: bubble.offsetTop - (fits ? 0 : RAISED_PX) };
  return createPortal(
    <div className="message-bar" style={place}>
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
