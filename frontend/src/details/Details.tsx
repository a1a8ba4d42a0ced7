import { useEffect, useRef, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";

import type { Attendee, ErasureRecord, Id, Person } from "../api/types";
import { ChannelBadge } from "../channels/ChannelBadge";
import { oneLine } from "../lib/text";
import { fullTime } from "../lib/time";
import { useLive } from "../sync/client";
import { conversationDetails, detailsRevision, personDetails } from "../sync/details";
import { attendee as readAttendee, conversation as readConversation } from "../sync/queries";
import type { LocalConversation } from "../sync/rows";
import { Avatar } from "../ui/Avatar";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { Icon } from "../ui/icons";
import { Waiting } from "../ui/Notice";
import { Conversations } from "./Conversations";
import "./details.css";
import { Erasing } from "./Erasing";
import { Members } from "./Members";
import { PersonIds } from "./PersonIds";
import { PersonName } from "./PersonName";
import { Section } from "./Section";
import { shownName } from "./shownName";
import { useLoaded, type Loaded } from "./useLoaded";
import { details as words } from "./words";

interface FaceProps {
  readonly name: string;
  readonly line: string;
  readonly seed: string;
  readonly pictureUrl: string | null;
  readonly provider: string;
}

function Face({ name, line, seed, pictureUrl, provider }: FaceProps) {
  return (
    <div className="details-face">
      <span className="details-picture">
        <Avatar name={name} seed={seed} picture={pictureUrl} badge={<ChannelBadge provider={provider} />} />
      </span>
      <p className="details-name" dir="auto">
        {oneLine(name)}
      </p>
      {line !== "" && line !== name && (
        <p className="details-hint">
          <bdi>{line}</bdi>
        </p>
      )}
    </div>
  );
}

/** What is there at once, from this device, until the server has answered. */
function Answer<T>({ loaded, children }: { readonly loaded: Loaded<T>; readonly children: (value: T) => ReactNode }) {
  return (
    <>
      {loaded.failure !== null && (
        <div className="details-section" role="alert">
          <p className="details-failure">
            {words.failed} {loaded.failure}
          </p>
          <button type="button" className="button" onClick={loaded.again}>
            {words.retry}
          </button>
        </div>
      )}
      {loaded.value === null && loaded.failure === null && <Waiting label={words.loading} />}
      {loaded.value !== null && children(loaded.value)}
    </>
  );
}

interface PersonPartsProps {
  readonly person: Person;
  readonly onChanged: (person: Person) => void;
}

function PersonParts({ person, onChanged }: PersonPartsProps) {
  return (
    <>
      <PersonName person={person} onChanged={onChanged} />
      <PersonIds person={person} onChanged={onChanged} />
      {person.first_contact_at !== null && (
        <Section title={words.firstContact}>
          <p>
            <time dateTime={person.first_contact_at}>{fullTime(person.first_contact_at)}</time>
          </p>
          <p className="details-hint">{words.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}</p>
        </Section>
      )}
    </>
  );
}

const numberOf = (person: Attendee | null | undefined): string => person?.phone ?? person?.public_identifier ?? "";

interface OfMemberProps {
  readonly conversation: LocalConversation;
  readonly attendeeId: Id;
  readonly onErased: (record: ErasureRecord) => void;
}

function OfMember({ conversation, attendeeId, onErased }: OfMemberProps) {
  const held = useLive(readAttendee, attendeeId);
  const revision = useLive(detailsRevision, conversation.id, attendeeId);
  const loaded = useLoaded(personDetails, attendeeId, revision);
  const person = loaded.value?.attendee ?? held;
  return (
    <>
      <Face
        name={shownName(person?.name, numberOf(person), words.nobody)}
        line={numberOf(person)}
        seed={person?.same_as_id ?? attendeeId}
        pictureUrl={person?.picture_url ?? null}
        provider={conversation.provider}
      />
      <Answer loaded={loaded}>
        {(value) => (
          <>
            <PersonParts person={value} onChanged={loaded.set} />
            <Erasing what={erasablePerson(value)} onErased={onErased} />
          </>
        )}
      </Answer>
    </>
  );
}

function erasablePerson(person: Person | null) {
  return person?.may_erase === true ? [{ kind: "person", id: person.id } as const] : [];
}

interface OfConversationProps {
  readonly conversation: LocalConversation;
  readonly onErased: (record: ErasureRecord) => void;
  /** What is known on this device, above the end of the pane. */
  readonly children: ReactNode;
}

function OfConversation({ conversation, onErased, children }: OfConversationProps) {
  const contact = useLive(readAttendee, conversation.contact_id ?? "");
  const revision = useLive(detailsRevision, conversation.id, conversation.contact_id ?? "");
  const loaded = useLoaded(conversationDetails, conversation.id, revision);
  return (
    <>
      <Face
        name={conversation.name}
        line={numberOf(contact)}
        seed={conversation.contact_id ?? conversation.id}
        pictureUrl={conversation.picture_url ?? contact?.picture_url ?? null}
        provider={conversation.provider}
      />
      <Answer loaded={loaded}>
        {(chat) => (
          <>
            {chat.person !== null && (
              <PersonParts
                person={chat.person}
                onChanged={(person) => {
                  loaded.set({ ...chat, person });
                }}
              />
            )}
            <Conversations chat={chat} onChanged={loaded.set} />
          </>
        )}
      </Answer>
      {children}
      {loaded.value !== null && (
        <Erasing
          what={[
            ...erasablePerson(loaded.value.person),
            ...(loaded.value.may_erase ? [{ kind: "conversation", id: conversation.id } as const] : []),
          ]}
          onErased={onErased}
        />
      )}
    </>
  );
}

interface DetailsProps {
  readonly conversationId: Id;
  readonly onClose: () => void;
}

/** Beside a thread: who writes there, under which names and numbers, and who is in a group. */
export default function Details({ conversationId, onClose }: DetailsProps) {
  const conversation = useLive(readConversation, conversationId);
  const [member, setMember] = useState<{ readonly of: Id; readonly id: Id } | null>(null);
  const memberId = member?.of === conversationId ? member.id : null;
  const [erased, setErased] = useState<{ readonly of: Id; readonly record: ErasureRecord } | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const back = useRef<HTMLButtonElement>(null);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    close.current?.focus();
  }, []);
  // What was pressed is gone with the old content: the focus stays in the pane, at the way back.
  const show = (id: Id | null): void => {
    flushSync(() => {
      setMember(id === null ? null : { of: conversationId, id });
    });
    (id === null ? close : back).current?.focus();
    scroller.current?.scrollTo(0, 0);
  };
  const tellErased = (record: ErasureRecord): void => {
    show(null);
    setErased({ of: conversationId, record });
  };
  const leave = (): void => {
    if (memberId === null) onClose();
    else show(null);
  };
  return (
    <aside
      className="details-pane"
      aria-label={words.label}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        leave();
      }}
    >
      <header className="details-head">
        {memberId !== null && (
          <button ref={back} type="button" className="icon-button" aria-label={words.back} onClick={leave}>
            <Icon name="back" />
          </button>
        )}
        <h2>{words.label}</h2>
        <button ref={close} type="button" className="icon-button" aria-label={words.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div ref={scroller} className="details-body">
        {erased?.of === conversationId && (
          <p role="status" className="details-section">
            {words.erased(erased.record.messages, erased.record.deliveries)}
          </p>
        )}
        <ErrorBoundary key={`${conversationId} ${memberId ?? ""}`}>
          {conversation && memberId !== null && (
            <OfMember conversation={conversation} attendeeId={memberId} onErased={tellErased} />
          )}
          {conversation && memberId === null && (
            <OfConversation conversation={conversation} onErased={tellErased}>
              {conversation.kind !== "direct" && (
                <Members conversationId={conversation.id} scroller={scroller} onOpen={show} />
              )}
            </OfConversation>
          )}
        </ErrorBoundary>
      </div>
    </aside>
  );
}
