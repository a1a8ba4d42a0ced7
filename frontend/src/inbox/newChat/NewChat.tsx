import { useId, useRef, useState, type SubmitEvent } from "react";

import { GROUP_TITLE_CHARACTERS } from "virtual:limits";

import { ApiError } from "../../api/http";
import type { Id } from "../../api/types";
import { providerName } from "../../channels/ChannelBadge";
import { oneLine } from "../../lib/text";
import { chatStart, newClientId } from "../../sync/acts";
import { useClient, useLive } from "../../sync/client";
import { channels } from "../../sync/queries";
import { Dialog } from "../../ui/Dialog";
import { charactersLeft, MessageLength } from "../composer/MessageLength";
import { FirstFiles, type FirstFile } from "./FirstFiles";
import { newChatWords as words } from "./newChatWords";
import { RecipientField } from "./RecipientField";
import { takesNumbers, type Recipient } from "./recipients";
import { useNumberCheck } from "./useNumberCheck";


interface NewChatProps {
  /** The account of the conversation that is read, or chosen, or the newest. */
  readonly accountNow: Id | null;
  readonly onOpen: (conversationId: Id) => void;
  readonly onClose: () => void;
}

/** Begins a conversation with somebody, or with several: a group. Nothing is lost if it cannot be begun. */
export function NewChat({ accountNow, onOpen, onClose }: NewChatProps) {
  const client = useClient();
  const accounts = (useLive(channels) ?? []).filter(({ status }) => status !== "deleted");
  const [accountId, setAccountId] = useState<Id | null>(accountNow);
  const [recipients, setRecipients] = useState<readonly Recipient[]>([]);
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [files, setFiles] = useState<readonly FirstFile[]>([]);
  const [recording, setRecording] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  // One key for one conversation, however often the button is pressed.
  const key = useRef(newClientId());
  const lengthId = useId();
  const channel = accounts.find(({ id }) => id === accountId) ?? accounts.find(takesNumbers) ?? accounts[0] ?? null;
  const numbers = useNumberCheck(channel, recipients);
  if (channel === null) {
    return (
      <Dialog title={words.title} onClose={onClose}>
        <p>{words.noAccount}</p>
      </Dialog>
    );
  }
  const left = charactersLeft(text);
  const isGroup = recipients.length > 1;
  const absent = recipients.find((one) => one.kind === "number" && numbers.get(one.phone) === "absent");
  const asking = recipients.some((one) => one.kind === "number" && numbers.get(one.phone) === "asking");
  const unsure = recipients.find((one) => one.kind === "number" && numbers.get(one.phone) === "unknown");
  const ready = recipients.length > 0 && (text.trim() !== "" || files.length > 0) && left >= 0 && absent === undefined && !asking && !busy && !recording && (!isGroup || title.trim() !== "");

  const begin = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    setTrouble(null);
    chatStart(client, key.current, {
      channelId: channel.id,
      provider: channel.provider,
      attendeeIds: recipients.flatMap((one) => (one.kind === "known" ? [one.attendee.id] : [])),
      phones: recipients.flatMap((one) => (one.kind === "number" ? [one.phone] : [])),
      title: isGroup ? title : "",
      text,
      files: files.map(({ id, name, mime_type, blob }) => ({ key: id, name, mimeType: mime_type, blob })),
      voice: files.some(({ kind }) => kind === "voice"),
    }).then(
      onOpen,
      (error: unknown) => {
        setBusy(false);
        if (error instanceof ApiError) key.current = newClientId();
        setTrouble(error instanceof ApiError ? error.message : words.unreachable);
      },
    );
  };

  return (
    <Dialog title={words.title} onClose={onClose} className="dialog-wide">
      <form className="new-chat" onSubmit={begin}>
        {accounts.length > 1 && (
          <label className="labelled">
            <span>{words.account}</span>
            <select
              className="field"
              value={channel.id}
              onChange={(event) => {
                setAccountId(event.target.value);
                setRecipients([]);
              }}
            >
              {accounts.map(({ id, name, provider }) => (
                <option key={id} value={id}>
                  {providerName(provider)} · {oneLine(name, 60)}
                </option>
              ))}
            </select>
          </label>
        )}
        <RecipientField key={channel.id} channel={channel} chosen={recipients} onChange={setRecipients} />
        <p className="aside" role="status">
          {asking && words.checking}
          {absent?.kind === "number" && words.absent(absent.phone, providerName(channel.provider))}
          {unsure?.kind === "number" && words.unchecked(unsure.phone)}
        </p>
        {isGroup && (
          <input
            className="field"
            value={title}
            placeholder={words.groupTitle}
            aria-label={words.groupTitle}
            maxLength={GROUP_TITLE_CHARACTERS}
            dir="auto"
            onChange={(event) => {
              setTitle(event.target.value);
            }}
          />
        )}
        <div>
          <textarea
            className="field"
            value={text}
            rows={3}
            placeholder={words.messageHint}
            aria-label={words.message}
            aria-describedby={lengthId}
            aria-invalid={left < 0}
            dir="auto"
            onChange={(event) => {
              setText(event.target.value);
            }}
          />
          <MessageLength id={lengthId} left={left} />
        </div>
        <FirstFiles files={files} recording={recording} onChange={setFiles} onRecording={setRecording} />
        {trouble !== null && (
          <p className="field-error" role="alert">
            {trouble}
          </p>
        )}
        <p className="button-row button-row-end">
          <button type="submit" className="button button-strong" disabled={!ready}>
            {busy ? words.sending : words.send}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
