import { useEffect, useState, type ReactNode } from "react";

import { clockTime } from "../../lib/time";
import { useClient, useSyncStatus } from "../../sync/client";
import { entryKeyOf, isSend, useEntries, useEntry, useUploadShare, type SendEntry } from "../../sync/outgoing";
import type { LocalMessage } from "../../sync/rows";
import { useThreadActions } from "../threadActions";
import { reasonWord, sendingWords } from "./words";

interface LineProps {
  readonly tone: "quiet" | "asking" | "failed";
  readonly children: ReactNode;
}

function Line({ tone, children }: LineProps) {
  return (
    <div className={`sending-line sending-${tone}`} role={tone === "quiet" ? undefined : "status"}>
      {children}
    </div>
  );
}

function Act({ label, onPress, disabled = false }: { readonly label: string; readonly onPress: () => void; readonly disabled?: boolean }) {
  return (
    <button type="button" className="text-button" disabled={disabled} onClick={onPress}>
      {label}
    </button>
  );
}

/** Whole seconds until a moment, counted down while drawn. */
function useSecondsUntil(moment: number): number {
  const [now, setNow] = useState(Date.now);
  const left = Math.max(0, Math.ceil((moment - now) / 1000));
  useEffect(() => {
    if (left === 0) return;
    const timer = setTimeout(() => {
      setNow(Date.now());
    }, 250);
    return () => {
      clearTimeout(timer);
    };
  }, [left, now]);
  return left;
}

/** How an upload of this message goes; nothing where none is under way. */
function Upload({ fileId, onCancel }: { readonly fileId: string; readonly onCancel: () => void }) {
  const share = useUploadShare(fileId);
  if (share === null) return null;
  return (
    <Line tone="quiet">
      <progress value={share} max={1} aria-label={sendingWords.uploading(Math.round(share * 100))} />
      <Act label={sendingWords.cancel} onPress={onCancel} />
    </Line>
  );
}

function EntryLine({ entry, message }: { readonly entry: SendEntry; readonly message: LocalMessage }) {
  const { outbox } = useClient();
  const { phase } = useSyncStatus();
  const { copy, putBack } = useThreadActions();
  const held = useSecondsUntil(entry.not_before);
  const { client_id, state, trouble, left } = entry;
  const takeBack = (restore: boolean): void => {
    void outbox.takeBack(client_id, restore).then((taken) => {
      if (restore && taken !== null && isSend(taken)) putBack(taken.wish);
    });
  };
  if (state === "failed") {
    return (
      <Line tone="failed">
        <span>{sendingWords.failed(reasonWord(trouble?.code ?? null, trouble?.message ?? null))}</span>
        <Act label={sendingWords.retry} onPress={() => void outbox.retry(client_id)} />
        <Act label={sendingWords.delete} onPress={() => takeBack(false)} />
        {message.text !== "" && <Act label={sendingWords.copy} onPress={() => copy(message)} />}
        {!entry.skipped && <Act label={sendingWords.skip} onPress={() => void outbox.skip(client_id)} />}
      </Line>
    );
  }
  if (state === "sent") return null;
  if (held > 0) {
    return (
      <Line tone="quiet">
        <span>{sendingWords.leavesIn(held)}</span>
        <Act label={sendingWords.undo} onPress={() => takeBack(true)} />
      </Line>
    );
  }
  const waiting = phase === "offline" || trouble !== null;
  return (
    <>
      {entry.wish.files.map(({ id }) => (
        <Upload key={id} fileId={id} onCancel={() => takeBack(true)} />
      ))}
      {waiting && (
        <Line tone="quiet">
          <span>{trouble === null ? sendingWords.queued : reasonWord(trouble.code, trouble.message)}</span>
          {!left && <Act label={sendingWords.cancel} onPress={() => takeBack(true)} />}
        </Line>
      )}
    </>
  );
}

function RowLine({ message }: { readonly message: LocalMessage }) {
  const { outbox } = useClient();
  const { copy, where } = useThreadActions();
  const entries = useEntries(message.conversation_id);
  const { sending, status } = message;
  if (sending === null || where === null) return null;
  const deciding = entries.some(({ wish, state }) => state === "waiting" && wish.kind === "decision" && wish.message_id === message.id);
  const decide = (decision: "retry" | "arrived" | "discard" | "skip") => (): void => {
    outbox.enqueue(where, { kind: "decision", message_id: message.id, decision });
  };
  const why = reasonWord(sending.reason_code, sending.reason);
  if (deciding) return <Line tone="quiet">{sendingWords.deciding}</Line>;
  if (status === "failed") {
    return (
      <Line tone="failed">
        <span>{sendingWords.failed(why)}</span>
        <Act label={sendingWords.retry} onPress={decide("retry")} />
        <Act label={sendingWords.delete} onPress={decide("discard")} />
        {message.text !== "" && <Act label={sendingWords.copy} onPress={() => copy(message)} />}
        <Act label={sendingWords.skip} onPress={decide("skip")} />
      </Line>
    );
  }
  if (status === "unconfirmed") {
    return (
      <Line tone="asking">
        <span>
          {sendingWords.unconfirmed} {why}
        </span>
        <Act label={sendingWords.retry} onPress={decide("retry")} />
        <Act label={sendingWords.arrived} onPress={decide("arrived")} />
      </Line>
    );
  }
  if (sending.state !== "waiting" || why === "") return null;
  const next = sending.retry_at === null ? "" : ` ${sendingWords.nextTry(clockTime(sending.retry_at))}`;
  return (
    <Line tone="quiet">
      {why.replace(/\.?$/, ".")}
      {next}
    </Line>
  );
}

/** What is to be said and done about a message that is on its way or did not get there. */
export function SendingLine({ message }: { readonly message: LocalMessage }) {
  const entry = useEntry(entryKeyOf(message));
  if (entry !== undefined && isSend(entry)) return <EntryLine entry={entry} message={message} />;
  return message.sending === null ? null : <RowLine message={message} />;
}
