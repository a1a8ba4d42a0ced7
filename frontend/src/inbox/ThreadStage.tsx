import { lazy, Suspense, useCallback, useEffect, useMemo, useState, type ReactNode, type RefObject } from "react";

import type { Id } from "../api/types";
import { useClient } from "../sync/client";
import { messageByExternalId, type Shown } from "../sync/queries";
import type { LocalConversation, LocalMessage } from "../sync/rows";
import type { ComposerHandle } from "./composer/Composer";
import { loaded } from "./loaded";
import { namedText } from "./mentions";
import { messageShow } from "./messageShow";
import { ThreadActionsContext, type ThreadActions } from "./threadActions";
import { threadWords } from "./threadWords";
import { useMessageActs } from "./tools/useMessageActs";

const Lightbox = lazy(() => loaded(import("./lightbox/Lightbox").then((file) => file.Lightbox)));

const NOTICE_MS = 4_000;

interface ThreadStageProps {
  readonly conversation: LocalConversation;
  readonly composer: RefObject<ComposerHandle | null>;
  readonly onInspect: ((message: LocalMessage) => void) | null;
  readonly children: ReactNode;
}

/** What bubbles can ask for, and what stands over the thread because of it. */
export function ThreadStage({ conversation, composer, onInspect, children }: ThreadStageProps) {
  const { db } = useClient();
  const { id, provider, channel_id } = conversation;
  const where = useMemo(() => ({ id, provider, channel_id }), [id, provider, channel_id]);
  const [looking, setLooking] = useState<Shown | null>(null);
  const [notice, setNotice] = useState("");
  useEffect(() => {
    if (notice === "") return;
    const timer = setTimeout(() => {
      setNotice("");
    }, NOTICE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [notice]);

  const { choice, barrier, act, react, dropChange } = useMessageActs(conversation, composer, setNotice);
  const actions = useMemo((): ThreadActions => {
    const conversationId = where.id;
    const jump = async (messageId: Id | null, externalId: Id | null): Promise<void> => {
      const found = messageId ?? (externalId === null ? null : await messageByExternalId(db, conversationId, externalId));
      if (found === null) setNotice(threadWords.notHere);
      else messageShow(conversationId, found);
    };
    const copy = async (text: string): Promise<void> => {
      // Only where the page came over https or from this machine do browsers have a clipboard.
      const clipboard = (navigator as { readonly clipboard?: Clipboard }).clipboard;
      if (clipboard === undefined) throw new Error("There is no clipboard.");
      await clipboard.writeText(text);
    };
    return {
      enlarge: (message, attachment) => {
        setLooking({ message, attachment });
      },
      jumpToQuoted: ({ message_id, external_message_id }) => void jump(message_id, external_message_id),
      copy: (message) => {
        copy(namedText(message.text, message.mentions)).then(
          () => {
            setNotice(threadWords.copied);
          },
          () => {
            setNotice(threadWords.notCopied);
          },
        );
      },
      setReply: (message) => composer.current?.setReply(message),
      putBack: (wish) => composer.current?.putBack(wish),
      where,
      inspect: onInspect,
      barrier,
      act,
      react,
      dropChange,
    };
  }, [db, where, composer, onInspect, barrier, act, react, dropChange]);

  const close = useCallback(() => {
    setLooking(null);
  }, []);

  return (
    <ThreadActionsContext value={actions}>
      {children}
      <p className="thread-notice" role="status">
        {notice}
      </p>
      {choice}
      {looking !== null && (
        <Suspense>
          <Lightbox first={looking} onClose={close} />
        </Suspense>
      )}
    </ThreadActionsContext>
  );
}
