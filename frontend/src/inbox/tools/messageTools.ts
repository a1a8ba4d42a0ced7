import { entryKeyOf } from "../../sync/outgoing";
import { isStored } from "../../sync/queries";
import type { LocalMessage } from "../../sync/rows";
import type { IconName } from "../../ui/icons";
import { titleOf } from "../media/cards";
import type { ThreadActions } from "../threadActions";
import { threadWords } from "../threadWords";

/** Something to do with a message: an act, or a file to save. */
export interface MessageTool {
  readonly key: string;
  readonly icon: IconName;
  readonly label: string;
  readonly run?: () => void;
  readonly href?: string;
}

/** Whether upstream knows the message, so that an answer can name it. */
export function canBeAnswered(message: LocalMessage): boolean {
  return message.deleted_at === null && message.kind !== "event" && message.external_message_id !== null;
}

export function messageTools(message: LocalMessage, actions: ThreadActions): readonly MessageTool[] {
  const tools: MessageTool[] = [];
  const { quoted, attachments, text } = message;
  if (canBeAnswered(message) && actions.where !== null) {
    tools.push({
      key: "reply",
      icon: "reply",
      label: threadWords.reply,
      run: () => {
        actions.setReply(message);
      },
    });
  }
  if (message.deleted_at === null) {
    if (text !== "" && message.kind !== "event") {
      tools.push({
        key: "copy",
        icon: "copy",
        label: threadWords.copy,
        run: () => {
          actions.copy(message);
        },
      });
    }
    if (quoted !== null && (quoted.message_id ?? quoted.external_message_id) !== null) {
      tools.push({
        key: "jump",
        icon: "origin",
        label: threadWords.jump,
        run: () => {
          actions.jumpToQuoted(quoted);
        },
      });
    }
    for (const attachment of message.view_once ? [] : attachments.filter(isStored)) {
      tools.push({
        key: attachment.id,
        icon: "download",
        label: threadWords.download(titleOf(attachment)),
        href: attachment.url,
      });
    }
  }
  const { inspect } = actions;
  if (inspect !== null && entryKeyOf(message) === null) {
    tools.push({
      key: "inspect",
      icon: "inspect",
      label: threadWords.inspect,
      run: () => {
        inspect(message);
      },
    });
  }
  return tools;
}
