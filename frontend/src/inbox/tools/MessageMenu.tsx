import type { LocalMessage } from "../../sync/rows";
import { Menu } from "../../ui/Menu";
import { useThreadActions } from "../threadActions";
import { threadWords } from "../threadWords";
import { messageTools } from "./messageTools";

interface MessageMenuProps {
  readonly message: LocalMessage;
  readonly bubble: HTMLElement;
  readonly at: { readonly x: number; readonly y: number } | null;
  readonly onClose: () => void;
}

/** What can be done with one message. */
export function MessageMenu({ message, bubble, at, onClose }: MessageMenuProps) {
  const items = messageTools(message, useThreadActions());
  return (
    <Menu
      label={threadWords.actions}
      items={items}
      anchor={bubble}
      at={at}
      alignEnd={message.direction === "outbound"}
      onClose={onClose}
    />
  );
}
