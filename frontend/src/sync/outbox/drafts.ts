/**
 * What is begun to write, per conversation. Each keystroke is kept on this device; the server, and through it this
 * person's other browsers, have it a moment later. The newest text wins.
 */
import { ApiError, Unreachable } from "../../api/http";
import { putDraft } from "../../api/outgoing";
import type { Draft, Id } from "../../api/types";
import { applyDraft, CopyReplaced } from "../apply";
import type { LocalDatabase } from "../db";
import { withRoom } from "../room";
import { following } from "../watchedRows";
import { withFreshToken } from "./deliver";
import type { Whereabouts } from "./entries";
import type { LocalDraft } from "./store";

/** A pause in the typing of this length has the text reported. */
const REPORT_AFTER_MS = 1_000;
const AGAIN_AFTER_MS = 15_000;
/** It would be refused again, whenever: one that is too long for a draft, or of a conversation that is gone. */
const REFUSALS = new Set([400, 404, 413, 422]);

export type DraftContent = Pick<LocalDraft, "text" | "quoted" | "files" | "voice">;

export const NO_DRAFT: DraftContent = { text: "", quoted: null, files: [], voice: false };

/** What the composer shows: what was typed here, unless another browser's text is newer. */
export interface ShownDraft extends DraftContent {
  /** Changes when another browser's text took the place of this one's. */
  readonly from: "here" | "elsewhere";
  /** The server's time of a text from elsewhere. */
  readonly stamp: string;
  /** When it was last worked on, as a time in UTC; null where there is none. */
  readonly since: string | null;
}

function shownDraft(local: LocalDraft | undefined, server: Draft | undefined): ShownDraft {
  const elsewhere = server !== undefined && (local === undefined || (!local.unreported && server.updated_at > local.reported_at));
  const { quoted = null, files = [], voice = false } = local ?? {};
  if (elsewhere) {
    return { text: server.text, quoted, files, voice, from: "elsewhere", stamp: server.updated_at, since: server.updated_at };
  }
  // It was sent, or cleared, in another browser.
  if (server === undefined && local !== undefined && !local.unreported && local.text !== "" && local.reported_at !== "") {
    return { text: "", quoted: null, files, voice, from: "elsewhere", stamp: local.reported_at, since: null };
  }
  const since = local === undefined ? null : new Date(local.edited_at).toISOString();
  return { text: local?.text ?? "", quoted, files, voice, from: "here", stamp: "", since };
}

type Kept = Omit<LocalDraft, "unreported" | "reported_at">;

const NO_BLOBS: ReadonlyMap<string, Blob> = new Map();

export class Drafts {
  readonly #db: LocalDatabase;
  readonly #mayLeave: () => boolean;
  readonly #signal: AbortSignal;
  readonly #listeners = new Set<() => void>();
  #texts: ReadonlyMap<Id, string> = new Map();
  #writing: Promise<void> = Promise.resolve();
  #failed: Error | null = null;
  readonly #latest = new Map<Id, Kept>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reporting = false;

  constructor(db: LocalDatabase, mayLeave: () => boolean, signal: AbortSignal) {
    this.#db = db;
    this.#mayLeave = mayLeave;
    this.#signal = signal;
    signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
    });
  }

  /** Keeps the beginnings of all drafts at hand, for the list. */
  start(): void {
    const read = async (): Promise<ReadonlyMap<Id, string>> => {
      const tables = await this.#db.activeTables();
      const [local, server] = await Promise.all([this.#db.outbox.drafts.toArray(), tables.draft.toArray()]);
      const ids = new Set([...local, ...server].map(({ conversation_id }) => conversation_id));
      const shown = (id: Id): string =>
        shownDraft(local.find((one) => one.conversation_id === id), server.find((one) => one.conversation_id === id)).text;
      return new Map([...ids].map((id) => [id, shown(id)]));
    };
    const stop = following(read, (texts) => {
      this.#texts = texts;
      for (const listener of this.#listeners) listener();
    });
    this.#signal.addEventListener("abort", stop);
    this.wake(REPORT_AFTER_MS);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  textOf(conversationId: Id): string {
    return this.#texts.get(conversationId) ?? "";
  }

  /** Until everything typed so far is kept on this device. */
  settled(): Promise<void> {
    return this.#writing;
  }

  /**
   * Keeps what stands in the composer, with the bytes of files that are new there; those of `gone` are no longer
   * needed. Of several writes in one moment only the last reaches the disk.
   */
  write(where: Whereabouts, content: DraftContent, blobs: ReadonlyMap<string, Blob> = NO_BLOBS, gone: readonly string[] = []): void {
    const { text, quoted, files, voice } = content;
    const draft = { conversation_id: where.id, channel_id: where.channel_id, provider: where.provider, text, quoted, files, voice, edited_at: Date.now() };
    this.#latest.set(where.id, draft);
    this.#writing = this.#writing
      .then(() => this.#keep(draft, blobs, gone))
      .catch((error: unknown) => {
        this.#failed = error instanceof Error ? error : new Error(String(error));
      });
    this.wake(REPORT_AFTER_MS);
  }

  async #keep(draft: Kept, blobs: ReadonlyMap<string, Blob>, gone: readonly string[]): Promise<void> {
    const id = draft.conversation_id;
    if (this.#latest.get(id) !== draft && blobs.size === 0 && gone.length === 0) return;
    const { drafts, files } = this.#db.outbox;
    const tables = await this.#db.activeTables();
    const known = (await tables.draft.where("conversation_id").equals(id).first()) !== undefined;
    await withRoom(this.#db, () =>
      this.#db.outbox.transaction("rw", [drafts, files], async () => {
        const reported_at = (await drafts.get(id))?.reported_at ?? "";
        await files.bulkPut([...blobs].map(([key, blob]) => ({ id: key, blob })));
        await files.bulkDelete([...gone]);
        await drafts.put({ ...draft, reported_at, unreported: draft.text !== "" || reported_at !== "" || known });
      }),
    );
    this.#failed = null;
  }

  /** What was typed last could not be kept on this device. */
  get failed(): Error | null {
    return this.#failed;
  }

  /** Has what is unreported told to the server after a while. */
  wake(afterMs = 0): void {
    clearTimeout(this.#timer);
    if (this.#signal.aborted) return;
    this.#timer = setTimeout(() => void this.#report(), afterMs);
  }

  async #report(): Promise<void> {
    if (this.#reporting) {
      this.wake(REPORT_AFTER_MS);
      return;
    }
    if (!this.#mayLeave()) return;
    this.#reporting = true;
    try {
      await this.#writing;
      const waiting = await this.#db.outbox.drafts.filter(({ unreported }) => unreported).toArray();
      for (const draft of waiting) if (!this.#signal.aborted) await this.#tell(draft);
    } catch (error) {
      const passes = error instanceof Unreachable || error instanceof ApiError || error instanceof CopyReplaced;
      if (passes) this.wake(AGAIN_AFTER_MS);
      else if (!(error instanceof Error && error.name === "DatabaseClosedError")) throw error;
    } finally {
      this.#reporting = false;
    }
  }

  async #tell(draft: LocalDraft): Promise<void> {
    const { conversation_id, provider, text } = draft;
    const place = { provider, conversationId: conversation_id };
    const answer = await withFreshToken(() => putDraft(place, text)).catch((error: unknown) => {
      if (error instanceof ApiError && REFUSALS.has(error.status)) return "refused" as const;
      throw error;
    });
    // The row first: a text that was told and has no row was removed elsewhere.
    if (answer !== null && answer !== "refused") {
      await applyDraft(this.#db, { side: await this.#db.activeSide(), term: null }, answer);
    }
    const { drafts } = this.#db.outbox;
    const tables = await this.#db.activeTables();
    const held = (await tables.draft.where("conversation_id").equals(conversation_id).first())?.updated_at ?? "";
    await this.#db.outbox.transaction("rw", drafts, async () => {
      const now = await drafts.get(conversation_id);
      if (now === undefined) return;
      const told = answer === "refused" ? now.reported_at : (answer?.updated_at ?? [now.reported_at, held].sort().at(-1) ?? "");
      await drafts.put({ ...now, reported_at: told, unreported: now.text !== text });
    });
  }
}

/** A named query: what stands in a conversation's composer. */
export async function readDraft(db: LocalDatabase, conversationId: Id): Promise<ShownDraft> {
  const tables = await db.activeTables();
  const local = await db.outbox.drafts.get(conversationId);
  const server = await tables.draft.where("conversation_id").equals(conversationId).first();
  return shownDraft(local, server);
}
