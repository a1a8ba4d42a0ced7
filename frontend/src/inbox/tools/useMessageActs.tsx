import { lazy, Suspense, useMemo, useState, type ReactNode, type RefObject } from "react";

import { useClient } from "../../sync/client";
import { changeDrop, messageDelete, messageEdit, messageForward, messageReact } from "../../sync/acts";
import type { LocalConversation, LocalMessage } from "../../sync/rows";
import type { ComposerHandle } from "../composer/Composer";
import { loaded } from "../loaded";
import type { ThreadActions } from "../threadActions";
import { actWords } from "./actWords";
import { barrier, type Act } from "./barriers";
import { ReactionPicker } from "./ReactionPicker";

const EditDialog = lazy(() => loaded(import("./EditDialog").then((file) => file.EditDialog)));
const RemoveDialog = lazy(() => loaded(import("./RemoveDialog").then((file) => file.RemoveDialog)));
const ForwardDialog = lazy(() => loaded(import("./ForwardDialog").then((file) => file.ForwardDialog)));
const EmojiDialog = lazy(() => loaded(import("./EmojiDialog").then((file) => file.EmojiDialog)));

type Chosen = { readonly act: Exclude<Act, "reply"> | "emoji"; readonly message: LocalMessage } | null;

interface MessageActs extends Pick<ThreadActions, "barrier" | "act" | "react" | "dropChange"> {
  /** What asks for a choice before something is done. */
  readonly choice: ReactNode;
}

function bubbleOf(message: LocalMessage): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-anchor="${CSS.escape(message.id)}"] article`);
}

/** What people do with the messages of a conversation. */
export function useMessageActs(
  conversation: LocalConversation,
  composer: RefObject<ComposerHandle | null>,
  onNotice: (notice: string) => void,
): MessageActs {
  const client = useClient();
  const [chosen, setChosen] = useState<Chosen>(null);
  const acts = useMemo(
    () => ({
      barrier: (act: Act, message: LocalMessage) => barrier(act, conversation, message, Date.now()),
      act: (act: Act, message: LocalMessage) => {
        if (act === "reply") composer.current?.setReply(message);
        else setChosen({ act, message });
      },
      react: (message: LocalMessage, emoji: string) => {
        messageReact(client, conversation, message, emoji);
      },
      dropChange: (message: LocalMessage, changeId: string) => void changeDrop(client, conversation, message, changeId),
    }),
    [client, conversation, composer],
  );
  const close = (): void => {
    setChosen(null);
  };

  const choice = ({ act, message }: NonNullable<Chosen>): ReactNode => {
    const bubble = bubbleOf(message);
    switch (act) {
      case "react":
        if (bubble === null) return null;
        return (
          <ReactionPicker
            message={message}
            bubble={bubble}
            onPick={(emoji) => {
              acts.react(message, emoji);
            }}
            onMore={() => {
              setChosen({ act: "emoji", message });
            }}
            onClose={() => {
              setChosen((now) => (now?.act === "react" ? null : now));
            }}
          />
        );
      case "emoji":
        return (
          <EmojiDialog
            onPick={(emoji) => {
              acts.react(message, emoji);
              close();
            }}
            onClose={close}
          />
        );
      case "edit":
        return <EditDialog message={message} onSave={(text) => {
              messageEdit(client, conversation, message, text);
            }} onClose={close} />;
      case "remove":
        return <RemoveDialog onConfirm={() => {
              messageDelete(client, conversation, message);
            }} onClose={close} />;
      case "forward":
        return (
          <ForwardDialog
            channelId={conversation.channel_id}
            onPick={(target) => {
              messageForward(client, conversation, message, target);
              onNotice(actWords.forwarded(target.name));
            }}
            onClose={close}
          />
        );
    }
  };
  return { ...acts, choice: chosen === null ? null : <Suspense>{choice(chosen)}</Suspense> };
}
