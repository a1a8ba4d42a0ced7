import { useState } from "react";

import { Icon } from "./icons";
import { Menu, type MenuItem } from "./Menu";

interface MenuButtonProps {
  readonly label: string;
  readonly title: string;
  readonly items: readonly MenuItem[];
}

/** What else can be done, behind three dots. */
export function MenuButton({ label, title, items }: MenuButtonProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label={label}
        title={title}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      >
        <Icon name="more" />
      </button>
      {anchor !== null && (
        <Menu
          label={label}
          items={items}
          anchor={anchor}
          alignEnd
          onClose={() => {
            setAnchor(null);
          }}
        />
      )}
    </>
  );
}
