import { useCallback, useEffect, useRef, useState } from "react";

import { useClient } from "../../sync/client";
import { draftFollow, NO_DRAFT, type DraftContent, type ShownDraft, type Whereabouts } from "../../sync/outgoing";

export interface DraftState {
  readonly content: DraftContent;
  /** What was typed here before another browser's newer text took its place. */
  readonly replaced: string | null;
  /** When what stands here was begun, as a time in UTC; null where nothing does or it was begun just now. */
  readonly since: string | null;
}

export interface DraftHold extends DraftState {
  readonly change: (part: Partial<DraftContent>, blobs?: ReadonlyMap<string, Blob>, gone?: readonly string[]) => void;
  readonly forgetReplaced: () => void;
  /** The newest content, also between two drawings. */
  readonly latest: () => DraftContent;
}

const isSame = (one: DraftContent, other: DraftContent): boolean =>
  one.text === other.text &&
  one.quoted?.message_id === other.quoted?.message_id &&
  one.files.map(({ id }) => id).join() === other.files.map(({ id }) => id).join();

/** What stands in the composer of one conversation: shown at once, kept on the device, and shared with other browsers. */
export function useDraft(where: Whereabouts): DraftHold {
  const { db, outbox } = useClient();
  const [state, setState] = useState<DraftState>({ content: NO_DRAFT, replaced: null, since: null });
  const latest = useRef<DraftContent>(NO_DRAFT);
  const typedHere = useRef(false);
  const stamp = useRef("");
  /** The text of another browser that stands here as it came. */
  const mirrored = useRef<string | null>(null);

  const put = useCallback((content: DraftContent, also: Partial<DraftState>) => {
    latest.current = content;
    setState((before) => ({ ...before, ...also, content }));
  }, []);

  useEffect(() => {
    let first = true;
    const take = (stored: ShownDraft): void => {
      const { text, quoted, files, voice } = stored;
      const content = { text, quoted, files, voice };
      const mine = latest.current;
      const newer = stored.from === "elsewhere" && stored.stamp !== stamp.current;
      const untouched = mirrored.current !== null && mirrored.current === mine.text;
      if (!first && untouched && text !== mine.text) {
        put({ ...mine, text }, { since: stored.since });
      } else if (first) {
        if (!typedHere.current) put(content, { since: text === "" ? null : stored.since });
        else if (text !== "") put({ ...content, text: text + mine.text }, { since: stored.since });
      } else if (newer && text !== mine.text) {
        put({ ...mine, text }, { replaced: mine.text.trim() === "" ? null : mine.text, since: stored.since });
      } else if (stored.from === "here" && !document.hasFocus() && !isSame(mine, content)) {
        // Another tab of this browser is being written in.
        put(content, {});
      }
      first = false;
      mirrored.current = stored.from === "elsewhere" && latest.current.text === text ? text : null;
      stamp.current = stored.stamp;
    };
    return draftFollow(db, where.id, take);
  }, [db, where.id, put]);

  const change = useCallback<DraftHold["change"]>(
    (part, blobs, gone) => {
      const content = { ...latest.current, ...part };
      typedHere.current = true;
      put(content, content.text === "" ? { since: null } : {});
      outbox.drafts.write(where, content, blobs, gone);
    },
    [outbox, where, put],
  );

  return {
    ...state,
    change,
    forgetReplaced: useCallback(() => {
      setState((before) => ({ ...before, replaced: null }));
    }, []),
    latest: useCallback(() => latest.current, []),
  };
}
