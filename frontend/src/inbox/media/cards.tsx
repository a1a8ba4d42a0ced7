import { useEffect, useState, type ReactNode } from "react";

import { ApiError, Unreachable } from "../../api/http";
import type { Attachment } from "../../api/types";
import { fileSize, oneLine } from "../../lib/text";
import { duration } from "../../lib/time";
import { KIND_WORD, words } from "../../lib/words";
import { useSyncStatus } from "../../sync/client";
import { attachmentFetch } from "../../sync/media";
import { Icon, type IconName } from "../../ui/icons";
import type { Box } from "./attachmentBox";
import { mediaWords } from "./words";

export function titleOf({ kind, name }: Pick<Attachment, "kind" | "name">): string {
  const shown = kind === "file" || kind === "audio" ? oneLine(name ?? "", 80) : "";
  return shown === "" ? KIND_WORD[kind] : shown;
}

export function factsOf({ duration_seconds, size_bytes }: Pick<Attachment, "duration_seconds" | "size_bytes">): string[] {
  return [
    duration_seconds === null ? "" : duration(duration_seconds),
    size_bytes === null || size_bytes === 0 ? "" : fileSize(size_bytes),
  ].filter((fact) => fact !== "");
}

interface CardProps {
  readonly icon: IconName;
  readonly title: string;
  readonly facts: readonly string[];
  /** The place of a picture; a card without one is a line of its own. */
  readonly box: Box | null;
  readonly state: "waiting" | "missing" | "once";
  readonly children?: ReactNode;
}

function Card({ icon, title, facts, box, state, children }: CardProps) {
  return (
    <div
      className={`attachment attachment-${box === null ? "flat" : "pictured"} attachment-${state}`}
      style={box === null ? undefined : { width: box.width, height: box.height }}
    >
      <Icon name={icon} size={box === null ? 22 : 28} />
      <span className="attachment-words">
        <bdi className="attachment-title">{title}</bdi>
        <span className="attachment-facts">{facts.join(" · ")}</span>
        {children}
      </span>
    </div>
  );
}

export function ViewOnceCard({ kind }: { readonly kind: Attachment["kind"] }) {
  return <Card icon="once" title={KIND_WORD[kind]} facts={[mediaWords.viewOnce]} box={null} state="once" />;
}

interface AbsentProps {
  readonly attachment: Attachment;
  readonly box: Box | null;
}

const LOOKED_AT_MS = 2_000;

/** A file that the server fetches. One that is still looked at after a while waits for its turn behind others, and is asked for now. */
export function WaitingCard({ attachment, box }: AbsentProps) {
  const { phase } = useSyncStatus();
  const { id } = attachment;
  useEffect(() => {
    if (phase !== "live") return undefined;
    const timer = setTimeout(() => {
      attachmentFetch(id).catch(() => undefined);
    }, LOOKED_AT_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [id, phase]);
  const facts = [...factsOf(attachment), mediaWords.waiting];
  return <Card icon={attachment.kind} title={titleOf(attachment)} facts={facts} box={box} state="waiting" />;
}

/** A file that has not left this device yet. */
export function OutgoingCard({ attachment }: { readonly attachment: Attachment }) {
  return <Card icon={attachment.kind} title={titleOf(attachment)} facts={factsOf(attachment)} box={null} state="waiting" />;
}

function failureOf(error: unknown): string {
  if (error instanceof Unreachable) return words.login.unreachable;
  if (error instanceof ApiError) return error.message;
  throw error;
}

/** A file that the server could not get: why, and a way to have it tried again. */
export function MissingCard({ attachment, box }: AbsentProps) {
  const [asked, setAsked] = useState<"no" | "asking" | "asked">("no");
  const [trouble, setTrouble] = useState<string | null>(null);
  const again = (): void => {
    setAsked("asking");
    setTrouble(null);
    attachmentFetch(attachment.id).then(
      () => {
        setAsked("asked");
      },
      (error: unknown) => {
        setAsked("no");
        setTrouble(failureOf(error));
      },
    );
  };
  const facts = [...factsOf(attachment), mediaWords.unavailable(attachment.failure)];
  return (
    <Card icon={attachment.kind} title={titleOf(attachment)} facts={facts} box={box} state="missing">
      {trouble !== null && (
        <span className="attachment-trouble" role="alert">
          {trouble}
        </span>
      )}
      {asked === "asked" ? (
        <span role="status">{mediaWords.tried}</span>
      ) : (
        <button type="button" className="text-button" disabled={asked === "asking"} onClick={again}>
          {asked === "asking" ? mediaWords.trying : mediaWords.tryAgain}
        </button>
      )}
    </Card>
  );
}

/** A file that the server has and this browser cannot get at present, as without a network. */
export function OutOfReachCard({ attachment, box, onReach }: AbsentProps & { readonly onReach: () => void }) {
  const { phase } = useSyncStatus();
  const [was] = useState(phase);
  useEffect(() => {
    if (phase === "live" && was !== "live") onReach();
  }, [phase, was, onReach]);
  return (
    <Card icon={attachment.kind} title={titleOf(attachment)} facts={[mediaWords.outOfReach]} box={box} state="missing">
      {phase === "live" ? (
        <button type="button" className="text-button" onClick={onReach}>
          {mediaWords.tryAgain}
        </button>
      ) : (
        <span>{mediaWords.outOfReachNext}</span>
      )}
    </Card>
  );
}
