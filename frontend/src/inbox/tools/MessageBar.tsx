import { createPortal } from "react-dom";

import type { LocalMessage } from "../../sync/rows";
import { Icon } from "../../ui/icons";
import { useThreadActions } from "../threadActions";
import { threadWords } from "../threadWords";
import { messageTools } from "./messageTools";

/** As in bubble.css. */
const TOOL_PX = 28;
const EDGE_PX = 8;
/** Where there is no room beside the bubble, the bar stands over its upper edge. */
const RAISED_PX = 16;

interface MessageBarProps {
  readonly message: LocalMessage;
  readonly row: HTMLElement;
  readonly onMore: () => void;
}

const BESIDE = new Set(["react", "reply"]);

/** Beside the bubble under the pointer. Keyboards and fingers have the menu for the same things. */
export function MessageBar({ message, row, onMore }: MessageBarProps) {
  const tools = messageTools(message, useThreadActions());
  const bubble = row.querySelector<HTMLElement>("article");
  if (tools.length === 0 || bubble === null) return null;
  const beside = tools.filter(({ key, why }) => BESIDE.has(key) && why === null);
  const width = (beside.length + 1) * TOOL_PX + EDGE_PX;
  const start = bubble.offsetLeft;
  const end = start + bubble.offsetWidth;
  const outbound = message.direction === "outbound";
  const fits = (outbound ? start : row.offsetWidth - end) >= width;
  const clear = outbound ? start - width : end + EDGE_PX / 2;
  const place = { left: fits ? clear : end - width, top: bubble.offsetTop - (fits ? 0 : RAISED_PX) };
  return createPortal(
    <div className="message-bar" style={place}>
      {beside.map(({ key, icon, label, run }) => (
        <button key={key} type="button" tabIndex={-1} aria-label={label} title={label} onClick={run}>
          <Icon name={icon} size={16} />
        </button>
      ))}
      <button type="button" tabIndex={-1} aria-label={threadWords.actions} title={threadWords.actions} onClick={onMore}>
        <Icon name="more" size={16} />
      </button>
    </div>,
    row,
  );
}
