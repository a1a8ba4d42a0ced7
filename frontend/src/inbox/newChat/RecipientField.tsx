import { useId, useState, type KeyboardEvent } from "react";

import type { Channel } from "../../api/types";
import { oneLine } from "../../lib/text";
import { useLive } from "../../sync/client";
import { attendeesByName } from "../../sync/queries";
import { Avatar } from "../../ui/Avatar";
import { Icon } from "../../ui/icons";
import { newChatWords as words } from "./newChatWords";
import { keyOf, nameOf, phoneOf, takesGroups, takesNumbers, type Recipient } from "./recipients";

const OFFERED_MAX = 8;

interface RecipientFieldProps {
  readonly channel: Channel;
  readonly chosen: readonly Recipient[];
  readonly onChange: (chosen: readonly Recipient[]) => void;
}

/** A combobox: names and numbers that are known, or a number as it is typed. */
export function RecipientField({ channel, chosen, onChange }: RecipientFieldProps) {
  const listId = useId();
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const known = useLive(attendeesByName, channel.id, typed, OFFERED_MAX) ?? [];
  const phone = takesNumbers(channel) ? phoneOf(typed) : null;
  const taken = new Set(chosen.map(keyOf));
  const offered: readonly Recipient[] = [
    ...known.map((attendee): Recipient => ({ kind: "known", attendee })),
    ...(phone === null || known.some((attendee) => attendee.phone === phone) ? [] : [{ kind: "number", phone } as const]),
  ].filter((recipient) => !taken.has(keyOf(recipient)));
  const full = chosen.length > 0 && !takesGroups(channel);
  const open = typed.trim() !== "" && !full;
  const at = Math.min(active, offered.length - 1);

  const choose = (recipient: Recipient | undefined): void => {
    if (recipient === undefined) return;
    onChange([...chosen, recipient]);
    setTyped("");
    setActive(0);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Backspace" && typed === "" && chosen.length > 0) onChange(chosen.slice(0, -1));
    if (!open) return;
    if (event.key === "Enter") choose(offered[at]);
    else if (event.key === "ArrowDown") setActive(Math.min(at + 1, offered.length - 1));
    else if (event.key === "ArrowUp") setActive(Math.max(at - 1, 0));
    else if (event.key === "Escape") setTyped("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="recipients">
      {chosen.map((recipient) => (
        <span key={keyOf(recipient)} className="recipient">
          <bdi>{oneLine(nameOf(recipient), 40)}</bdi>
          <button
            type="button"
            aria-label={words.remove(nameOf(recipient))}
            onClick={() => {
              onChange(chosen.filter((one) => one !== recipient));
            }}
          >
            <Icon name="close" size={14} />
          </button>
        </span>
      ))}
      {!full && (
        <input
          role="combobox"
          aria-expanded={open}
          aria-controls={listId}
          aria-activedescendant={open && offered.length > 0 ? `${listId}-${at}` : undefined}
          aria-autocomplete="list"
          aria-label={words.to}
          className="field"
          value={typed}
          placeholder={words.toHint}
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          autoFocus
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      )}
      {open && (
        <ul id={listId} role="listbox" aria-label={words.to} className="picks">
          {offered.map((recipient, index) => (
            <li
              key={keyOf(recipient)}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === at}
              className={`pick ${index === at ? "pick-active" : ""}`}
              onPointerDown={(event) => {
                event.preventDefault();
                choose(recipient);
              }}
            >
              <Avatar name={nameOf(recipient)} seed={keyOf(recipient)} />
              <bdi>{recipient.kind === "number" ? words.number(recipient.phone) : oneLine(nameOf(recipient), 60)}</bdi>
              {recipient.kind === "known" && recipient.attendee.phone !== null && <small>{recipient.attendee.phone}</small>}
            </li>
          ))}
        </ul>
      )}
      {open && offered.length === 0 && <p className="aside">{words.nobody}</p>}
    </div>
  );
}
