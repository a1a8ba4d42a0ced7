import type { ComponentType } from "react";

import { mediaWords } from "./media/words";

function NotLoaded() {
  return (
    <span className="not-loaded" role="alert">
      {mediaWords.notLoaded}
    </span>
  );
}

/** For `lazy`: a part that cannot be had, as after an upgrade of the server, says so in its place. */
export async function loaded<P>(part: Promise<ComponentType<P>>): Promise<{ default: ComponentType<P> }> {
  try {
    return { default: await part };
  } catch {
    return { default: NotLoaded };
  }
}
