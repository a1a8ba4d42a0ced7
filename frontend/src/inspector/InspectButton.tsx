import { useEffect } from "react";

import type { Id } from "../api/types";
import { Icon } from "../ui/icons";
import { inspect, noteDrawn } from "./opened";
import { words } from "./words";

/** Shows itself to a pointer over the message, and to the keyboard. */
export function InspectButton({ id }: { readonly id: Id }) {
  useEffect(() => {
    noteDrawn(id);
  }, [id]);
  return (
    <button
      type="button"
      className="inspect"
      aria-label={words.open}
      title={words.open}
      onClick={() => {
        inspect(id);
      }}
    >
      <Icon name="inspect" size={15} />
    </button>
  );
}
