import { entryKeyOf } from "../../sync/outgoing";
import { isStored } from "../../sync/queries";
import type { LocalMessage } from "../../sync/rows";
import type { MenuItem } from "../../ui/Menu";
import { titleOf } from "../media/cards";
import type { ThreadActions } from "../threadActions";
import { threadWords } from "../threadWords";
import { actWords } from "./actWords";
import type { Act } from "./barriers";

const ACTS = [
  { act: "react", icon: "react", label: actWords.react, danger: false },
  { act: "reply", icon: "reply", label: actWords.reply, danger: false },
  { act: "edit", icon: "edit", label: actWords.edit, danger: false },
  { act: "forward", icon: "forward", label: actWords.forward, danger: false },
  { act: "remove", icon: "trash", label: actWords.remove, danger: true },
] as const satisfies readonly { act: Act; icon: MenuItem["icon"]; label: string; danger: boolean }[];

/** What can be done with one message, and what cannot and why. */
export function messageTools(message: LocalMessage, actions: ThreadActions): readonly MenuItem[] {
  const acts = ACTS.flatMap(({ act, ...shown }): MenuItem[] => {
    const why = actions.barrier(act, message);
    if (why === undefined) return [];
    const run = (): void => {
      actions.act(act, message);
    };
    return [{ key: act, ...shown, why, run }];
  });
  const safe = acts.filter(({ danger }) => danger !== true);
  const dangerous = acts.filter(({ danger }) => danger === true);
  return [...safe, ...looking(message, actions), ...dangerous];
}

function looking(message: LocalMessage, actions: ThreadActions): readonly MenuItem[] {
  const tools: MenuItem[] = [];
  const { quoted, attachments, text } = message;
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
        icon: "jump",
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
