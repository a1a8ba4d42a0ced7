import { lazy, Suspense, useImperativeHandle, useLayoutEffect, useRef, useState, type KeyboardEvent, type Ref, type RefObject } from "react";

import type { Quoted } from "../../api/types";
import { KIND_WORD, words } from "../../lib/words";
import { useClient, useSyncStatus } from "../../sync/client";
import type { Preferences } from "../../sync/device";
import { NO_DRAFT, type SendWish, type Whereabouts } from "../../sync/outgoing";
import type { LocalConversation, LocalMessage } from "../../sync/rows";
import { Icon } from "../../ui/icons";
import { loaded } from "../loaded";
import { FileChooser } from "./FileChooser";
import { charactersLeft, MessageLength } from "./MessageLength";
import { Ask, Limits } from "./notices";
import { ReplyCard } from "./ReplyCard";
import { sends } from "./sendKey";
import { StagedFiles } from "./StagedFiles";
import { SuggestionList, suggestionElementId, SUGGESTIONS_ID } from "./SuggestionList";
import { useAttaching } from "./useAttaching";
import { useDraft } from "./useDraft";
import { useGuard } from "./useGuard";
import { useKeyboardRoom } from "./useKeyboardRoom";
import { useSuggestions, type Written } from "./useSuggestions";
import { VoiceTool } from "./VoiceTool";
import { composerWords } from "./words";

const EmojiPicker = lazy(() => loaded(import("./EmojiPicker").then((file) => file.default)));

/** Upstream's word among a conversation's disabled features. */
const ANSWERS = "reply";
const LENGTH_ID = "composer-length";
const UNDO_MS = 5_000;

export interface ComposerHandle {
  readonly setReply: (message: LocalMessage) => void;
  /** Puts back what was taken back before it left. */
  readonly putBack: (wish: SendWish) => void;
}

interface ComposerProps {
  readonly handle: Ref<ComposerHandle>;
  readonly where: Whereabouts;
  readonly conversation: LocalConversation;
  readonly preferences: Preferences;
  /** The newest message that has been on the screen for a while. */
  readonly seen: RefObject<string>;
  /** Something was sent, or the newest is to be looked at. */
  readonly onWritten: () => void;
}

function quotedFrom(message: LocalMessage): Quoted {
  return {
    message_id: message.id,
    external_message_id: message.external_message_id,
    sender_name: message.direction === "outbound" ? words.you : message.sender_name,
    text: message.text || KIND_WORD[message.kind],
  };
}

const isTouch = (): boolean => matchMedia("(pointer: coarse)").matches;

function Writing({ handle, where, conversation, preferences, seen, onWritten }: ComposerProps) {
  const { outbox } = useClient();
  const { phase } = useSyncStatus();
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft(where);
  const guard = useGuard(conversation, draft.since, seen);
  const attaching = useAttaching(form, draft, false);
  const suggestions = useSuggestions(conversation);
  const [picking, setPicking] = useState(false);
  const [recording, setRecording] = useState(false);
  const [refusal, setRefusal] = useState("");
  const { text, quoted, files, voice } = draft.content;
  const left = charactersLeft(text);
  const over = left < 0;
  const empty = text.trim() === "" && files.length === 0;
  useKeyboardRoom();

  useLayoutEffect(() => {
    const element = field.current;
    if (element === null || CSS.supports("field-sizing", "content")) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);

  const change = (typed: string): void => {
    if (draft.latest().text === "" && typed !== "") guard.begin();
    draft.change({ text: typed });
  };

  const write = ({ text: written, cursor }: Written): void => {
    const element = field.current;
    change(written);
    requestAnimationFrame(() => {
      element?.focus();
      element?.setSelectionRange(cursor, cursor);
    });
  };

  const insert = (typed: string): void => {
    const element = field.current;
    const { text: before } = draft.latest();
    const at = element?.selectionStart ?? before.length;
    write({ text: before.slice(0, at) + typed + before.slice(element?.selectionEnd ?? at), cursor: at + typed.length });
  };

  const sendNow = (): void => {
    const { latest } = draft;
    const content = latest();
    const wish: SendWish = {
      kind: "send",
      text: content.text.trim(),
      quoted: content.quoted,
      files: content.files,
      voice: content.voice,
      seen_message_id: conversation.last_message?.id ?? null,
    };
    const chosen = new Set(content.files.map(({ id }) => id));
    const blobs = new Map([...attaching.blobs.current].filter(([id]) => chosen.has(id)));
    outbox.enqueue(where, wish, { holdMs: preferences.undoSend ? UNDO_MS : 0, blobs });
    draft.change(NO_DRAFT);
    setRefusal("");
    draft.forgetReplaced();
    guard.drop();
    suggestions.close();
    onWritten();
    field.current?.focus();
  };
  const send = (): void => {
    if (empty || over || recording || !guard.pass()) return;
    sendNow();
  };

  useImperativeHandle(handle, () => ({
    setReply: (message) => {
      if (conversation.disabled_features.includes(ANSWERS)) setRefusal(composerWords.noAnswers);
      else draft.change({ quoted: quotedFrom(message) });
      field.current?.focus();
    },
    putBack: (wish) => {
      const { text: begun, files: chosen } = draft.latest();
      const joined = [wish.text, begun].filter((part) => part !== "").join("\n");
      const files = [...wish.files.map((file) => ({ ...file, upload_id: null })), ...chosen];
      draft.change({ text: joined, quoted: wish.quoted, files, voice: wish.voice });
      field.current?.focus();
    },
  }));

  const suggested = suggestions.options[suggestions.active];
  const takeSuggested = (suggestion = suggested): void => {
    const element = field.current;
    if (suggestion === undefined || element === null) return;
    write(suggestions.take(draft.latest().text, element.selectionStart, suggestion));
    suggestions.close();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { key } = event;
    if (suggested !== undefined && !event.nativeEvent.isComposing) {
      const taken = key === "Enter" || key === "Tab";
      if (taken) takeSuggested();
      else if (key === "ArrowDown" || key === "ArrowUp") suggestions.move(key === "ArrowDown" ? 1 : -1);
      else if (key === "Escape") suggestions.close();
      if (taken || key === "ArrowDown" || key === "ArrowUp" || key === "Escape") {
        event.preventDefault();
        return;
      }
    }
    if (sends(event.nativeEvent, preferences.sendKey, isTouch())) {
      event.preventDefault();
      send();
    } else if (key === "Escape" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (guard.warning !== null) guard.drop();
      else if (quoted !== null) draft.change({ quoted: null });
      else document.querySelector<HTMLElement>('[role="log"]')?.focus();
    }
  };

  const offline = phase === "offline";
  return (
    <form
      ref={form}
      className={`composer ${attaching.over ? "composer-over" : ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Limits conversation={conversation} />
      {attaching.over && <p className="composer-hint">{composerWords.drop}</p>}
      {attaching.refusal !== "" && (
        <p className="composer-hint composer-refusal" role="alert">
          {attaching.refusal}
        </p>
      )}
      {refusal !== "" && (
        <p className="composer-hint composer-refusal" role="alert">
          {refusal}
        </p>
      )}
      {draft.replaced !== null && (
        <p className="composer-hint" role="status">
          {composerWords.elsewhere}{" "}
          <button
            type="button"
            className="text-button"
            onClick={() => {
              change(draft.replaced ?? "");
              draft.forgetReplaced();
            }}
          >
            {composerWords.putBack}
          </button>
        </p>
      )}
      {guard.warning !== null && <Ask warning={guard.warning} onLook={onWritten} onSend={sendNow} />}
      <div className="composer-box">
        {quoted !== null && (
          <ReplyCard
            quoted={quoted}
            onDrop={() => {
              draft.change({ quoted: null });
              field.current?.focus();
            }}
          />
        )}
        {files.length > 0 && (
          <StagedFiles
            files={files}
            onChange={(kept, gone) => {
              draft.change({ files: kept, voice: voice && kept.length > 0 }, undefined, gone);
            }}
          />
        )}
        <SuggestionList suggestions={suggestions} onPick={takeSuggested} />
        <textarea
          ref={field}
          rows={1}
          value={text}
          dir="auto"
          placeholder={composerWords.placeholder}
          aria-label={composerWords.label(conversation.name)}
          aria-describedby={LENGTH_ID}
          aria-invalid={over}
          aria-autocomplete="list"
          aria-controls={suggested === undefined ? undefined : SUGGESTIONS_ID}
          aria-activedescendant={suggested === undefined ? undefined : suggestionElementId(suggested)}
          enterKeyHint={isTouch() ? "enter" : "send"}
          onChange={(event) => {
            const { value, selectionStart } = event.target;
            const written = suggestions.look(value, selectionStart);
            if (written === null) change(value);
            else write(written);
          }}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pasted = [...event.clipboardData.files];
            if (pasted.length === 0) return;
            event.preventDefault();
            attaching.add(pasted);
          }}
        />
        <MessageLength id={LENGTH_ID} left={left} />
        <div className="composer-bar">
          {!recording && (
            <>
              <FileChooser className="icon-button" onChosen={attaching.add}>
                <Icon name="attach" />
              </FileChooser>
              <button
                type="button"
                className="icon-button"
                aria-label={composerWords.emoji}
                title={composerWords.emoji}
                aria-expanded={picking}
                onClick={() => setPicking(!picking)}
              >
                <Icon name="smile" />
              </button>
            </>
          )}
          <VoiceTool
            className="icon-button"
            disabled={files.length > 0}
            recording={recording}
            onBegin={() => {
              setRefusal("");
              setRecording(true);
            }}
            onRecorded={attaching.keep}
            onEnd={() => {
              setRecording(false);
              if (!isTouch()) field.current?.focus();
            }}
            onRefused={() => {
              setRecording(false);
              setRefusal(composerWords.voiceRefused);
            }}
          >
            <Icon name="voice" />
          </VoiceTool>
          <button
            type="submit"
            className="button button-strong composer-send"
            title={over ? composerWords.tooMany(-left) : composerWords.sendKeys[preferences.sendKey]}
            aria-describedby={over ? LENGTH_ID : undefined}
            disabled={empty || over || recording}
          >
            {offline ? composerWords.queue : composerWords.send}
          </button>
        </div>
        {picking && (
          <Suspense>
            <EmojiPicker
              onPick={(sign) => {
                setPicking(false);
                insert(sign);
              }}
              onClose={() => {
                setPicking(false);
                field.current?.focus();
              }}
            />
          </Suspense>
        )}
      </div>
    </form>
  );
}

/** Where a conversation is written to; says beforehand what it cannot do. */
export function Composer(props: ComposerProps) {
  if (props.conversation.read_only) return <p className="composer-hint composer-closed">{composerWords.readOnly}</p>;
  return <Writing {...props} />;
}
