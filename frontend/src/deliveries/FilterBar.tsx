import { useState } from "react";

import type { DeliveryFilter } from "../api/ledger";
import { oneLine } from "../lib/text";
import { useLive } from "../sync/client";
import { channels } from "../sync/queries";
import { Icon } from "../ui/icons";
import { isNarrowed, NO_FILTER, type Navigation } from "./filter";
import { fromLocalInput, toLocalInput } from "./moments";
import { EVENTS, eventWord, words } from "./words";

const NARROWING = (Object.keys(NO_FILTER) as (keyof DeliveryFilter)[]).filter((name) => name !== "outcome");

interface ChoiceProps {
  readonly label: string;
  readonly any: string;
  readonly value: string | null;
  readonly options: readonly (readonly [string, string])[];
  readonly onChoose: (value: string | null) => void;
}

function Choice({ label, any, value, options, onChoose }: ChoiceProps) {
  const known = value === null || options.some(([option]) => option === value);
  return (
    <select
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => {
        onChoose(event.target.value === "" ? null : event.target.value);
      }}
    >
      <option value="">{any}</option>
      {!known && <option value={value}>{oneLine(value, 60)}</option>}
      {options.map(([option, word]) => (
        <option key={option} value={option}>
          {word}
        </option>
      ))}
    </select>
  );
}

interface MomentProps {
  readonly label: string;
  readonly value: string | null;
  readonly onChoose: (value: string | null) => void;
}

function Moment({ label, value, onChoose }: MomentProps) {
  return (
    <label className="moment">
      {label}
      <input
        type="datetime-local"
        value={toLocalInput(value)}
        max="2099-12-31T23:59"
        min="2000-01-02T00:00"
        onChange={(event) => {
          onChoose(fromLocalInput(event.target.value));
        }}
      />
    </label>
  );
}

function Found({ value, onSearch }: { readonly value: string | null; readonly onSearch: (text: string | null) => void }) {
  const [text, setText] = useState(value ?? "");
  return (
    <form
      className="find"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.length < 2 ? null : text);
      }}
    >
      <Icon name="search" size={16} />
      <input
        type="search"
        value={text}
        placeholder={`${words.text}, ${words.textNext}`}
        aria-label={`${words.text}, ${words.textNext}`}
        autoComplete="off"
        spellCheck={false}
        minLength={2}
        maxLength={200}
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value === "") onSearch(null);
        }}
      />
    </form>
  );
}

interface FilterBarProps {
  readonly filter: DeliveryFilter;
  readonly narrow: Navigation["narrow"];
}

export function FilterBar({ filter, narrow }: FilterBarProps) {
  const accounts = (useLive(channels) ?? []).filter((channel) => channel.role !== "member");
  const [folded, setFolded] = useState(true);
  const fixed: readonly (readonly [keyof DeliveryFilter, string])[] = [
    ["conversation_id", words.onlyConversation],
    ["message_id", words.onlyMessage],
    ["account", oneLine(filter.account ?? "", 40)],
    ["reason", words.onlyReason(oneLine(filter.reason ?? "", 60))],
  ];
  return (
    <>
      <button
        type="button"
        className="button filters-toggle"
        aria-expanded={!folded}
        onClick={() => {
          setFolded(!folded);
        }}
      >
        {words.filter(NARROWING.filter((name) => filter[name] !== null).length)}
      </button>
      <div className={`filter-bar ${folded ? "filter-bar-folded" : ""}`} role="group" aria-label={words.filters}>
        <Found
          key={filter.text ?? ""}
          value={filter.text}
          onSearch={(text) => {
            narrow({ text });
          }}
        />
        <Choice
          label={words.event}
          any={words.anyEvent}
          value={filter.event}
          options={EVENTS.map((event) => [event, eventWord(event)] as const)}
          onChoose={(event) => {
            narrow({ event });
          }}
        />
        {accounts.length > 1 && (
          <Choice
            label={words.account}
            any={words.anyAccount}
            value={filter.channel_id}
            options={accounts.map((account) => [account.id, oneLine(account.name, 60)] as const)}
            onChoose={(channel_id) => {
              narrow({ channel_id });
            }}
          />
        )}
        <Choice
          label={words.source}
          any={words.anySource}
          value={filter.source}
          options={Object.entries(words.sources)}
          onChoose={(source) => {
            narrow({ source });
          }}
        />
        <div className="moments">
          <Moment
            label={words.from}
            value={filter.received_after}
            onChoose={(received_after) => {
              narrow({ received_after }, "replace");
            }}
          />
          <Moment
            label={words.until}
            value={filter.received_before}
            onChoose={(received_before) => {
              narrow({ received_before }, "replace");
            }}
          />
        </div>
        {fixed
          .filter(([name]) => filter[name] !== null)
          .map(([name, word]) => (
            <button
              key={name}
              type="button"
              className="chip"
              aria-label={words.remove(word)}
              onClick={() => {
                narrow({ [name]: null });
              }}
            >
              <bdi>{word}</bdi> <Icon name="close" size={12} />
            </button>
          ))}
        {isNarrowed(filter) && (
          <button
            type="button"
            className="text-button"
            onClick={() => {
              narrow(NO_FILTER);
            }}
          >
            {words.clear}
          </button>
        )}
      </div>
    </>
  );
}
