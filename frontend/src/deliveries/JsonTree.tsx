import { useState } from "react";

import { presentable } from "../lib/text";
import { isNumber, type Tree } from "./json";
import { words } from "./words";

/** Levels that are open at once, entries shown at once, and characters of one text. */
const OPEN_LEVELS = 2;
const ENTRIES = 100;
const CHARACTERS = 2_000;

function Leaf({ value }: { readonly value: Exclude<Tree, object> | { readonly digits: string } }) {
  if (value === null) return <span className="json-word">null</span>;
  if (typeof value === "boolean") return <span className="json-word">{String(value)}</span>;
  if (typeof value === "string") {
    return (
      <bdi className="json-text">
        “{presentable(value.slice(0, CHARACTERS))}
        {value.length > CHARACTERS && "…"}”
      </bdi>
    );
  }
  return <span className="json-number">{value.digits}</span>;
}

interface BranchProps {
  readonly name: string | null;
  readonly value: Tree;
  readonly level: number;
}

function Branch({ name, value, level }: BranchProps) {
  const [open, setOpen] = useState(level < OPEN_LEVELS);
  const [shown, setShown] = useState(ENTRIES);
  const label = name === null ? null : <bdi className="json-key">{presentable(name.slice(0, CHARACTERS))}</bdi>;
  if (value === null || typeof value !== "object" || isNumber(value)) {
    return (
      <div className="json-line">
        {label} <Leaf value={value} />
      </div>
    );
  }
  const entries: readonly (readonly [string, Tree])[] = Array.isArray(value)
    ? value.map((entry: Tree, index) => [String(index), entry] as const)
    : Object.entries(value);
  return (
    <details
      className="json-branch"
      open={open}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>
        {label} <span className="json-count">{words.entries(entries.length)}</span>
      </summary>
      {open && (
        <>
          {entries.slice(0, shown).map(([key, entry]) => (
            <Branch key={key} name={key} value={entry} level={level + 1} />
          ))}
          {entries.length > shown && (
            <button
              type="button"
              className="text-button"
              onClick={() => {
                setShown(shown + ENTRIES * 10);
              }}
            >
              {words.moreEntries(entries.length - shown)}
            </button>
          )}
        </>
      )}
    </details>
  );
}

/** Foreign JSON as text: nothing in it is a link, a picture or markup. */
export function JsonTree({ tree }: { readonly tree: Tree }) {
  return (
    <div className="json" role="group" aria-label={words.tree}>
      <Branch name={null} value={tree} level={0} />
    </div>
  );
}
