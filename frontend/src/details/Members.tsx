import { useEffect, useRef, useState, type RefObject } from "react";

import type { Attendee, Id } from "../api/types";
import { useClient, useLive } from "../sync/client";
import { conversationPeople, membersLoad } from "../sync/details";
import { Avatar } from "../ui/Avatar";
import { Section } from "./Section";
import { shownName } from "./shownName";
import { failureWords } from "./useLoaded";
import { details as words } from "./words";

const ROW_PX = 48;
/** Rows drawn beyond what is in view. */
const BEYOND = 6;

/** The rows of a list inside a scrolling pane that are in view, whatever stands above the list. */
function useVisible(scroller: RefObject<HTMLElement | null>, list: RefObject<HTMLElement | null>, total: number) {
  const [view, setView] = useState({ from: 0, to: 24 });
  useEffect(() => {
    const pane = scroller.current;
    if (pane === null) return;
    const look = (): void => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const first = Math.floor((pane.getBoundingClientRect().top - top) / ROW_PX) - BEYOND;
      const from = Math.max(0, Math.min(first, total));
      const to = Math.max(from, Math.min(total, first + Math.ceil(pane.clientHeight / ROW_PX) + 2 * BEYOND));
      setView((before) => (before.from === from && before.to === to ? before : { from, to }));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(pane);
    pane.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      pane.removeEventListener("scroll", look);
    };
  }, [scroller, list, total]);
  return view;
}

function nameOf(person: Attendee): string {
  return shownName(person.name, person.phone, person.public_identifier, words.nobody);
}

interface Props {
  readonly conversationId: Id;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly onOpen: (attendeeId: Id) => void;
}

/** Who is in a group, each person once. */
export function Members({ conversationId, scroller, onOpen }: Props) {
  const client = useClient();
  const [failure, setFailure] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const people = useLive(conversationPeople, conversationId) ?? [];
  const { from, to } = useVisible(scroller, list, people.length);
  useEffect(() => {
    let current = true;
    membersLoad(client, conversationId)
      .then(() => {
        if (current) setFailure(null);
      })
      .catch((error: unknown) => {
        if (current) setFailure(failureWords(error));
      });
    return () => {
      current = false;
    };
  }, [client, conversationId]);
  return (
    <Section title={words.members(people.length)}>
      {failure !== null && <p className="details-hint">{failure}</p>}
      {people.length === 0 && failure === null && <p className="details-hint">{words.noMembers}</p>}
      <ul ref={list} className="details-members" style={{ height: people.length * ROW_PX }}>
        {people.slice(from, to).map((person, index) => (
          <li
            key={person.id}
            aria-setsize={people.length}
            aria-posinset={from + index + 1}
            style={{ top: (from + index) * ROW_PX }}
          >
            <button
              type="button"
              onClick={() => {
                onOpen(person.id);
              }}
            >
              <Avatar name={nameOf(person)} seed={person.same_as_id ?? person.id} picture={person.picture_url} size="header" />
              <span>
                <bdi>{nameOf(person)}</bdi>
                {person.is_self && <em>{words.youMark}</em>}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
