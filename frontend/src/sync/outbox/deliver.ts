/** One entry's way to the server: its files, its call, and what the answer leaves in the synced tables. */
import { ApiError, getSession } from "../../api/http";
import {
  changeMessage,
  decideMessage,
  dropChange,
  forwardMessage,
  patchConversation,
  sendMessage,
  type Place,
} from "../../api/outgoing";
import type { Conversation, Message } from "../../api/types";
import { uploadFile } from "../../api/uploads";
import { applyAnsweredMessage, applyConversation, CopyReplaced } from "../apply";
import type { LocalDatabase } from "../db";
import { isSend, type OutboxEntry, type OutgoingFile, type SendEntry, type SendWish } from "./entries";
import type { UploadProgress } from "./progress";

/** The entry was taken back meanwhile. */
export class TakenBack extends Error {
  override readonly name = "TakenBack";
}

/** The device no longer has a file's bytes. */
export class FileLost extends Error {
  override readonly name = "FileLost";
}

export class Delivery {
  readonly #db: LocalDatabase;
  readonly #progress: UploadProgress;

  constructor(db: LocalDatabase, progress: UploadProgress) {
    this.#db = db;
    this.#progress = progress;
  }

  /** @throws ApiError, Unreachable, TakenBack, FileLost; the signal's reason when an upload is given up */
  async deliver(entry: OutboxEntry, signal: AbortSignal): Promise<void> {
    if (isSend(entry)) await this.#sendFiles(entry, signal);
    const claimed = await this.#db.outbox.revise(entry.client_id, ({ state }) => (state === "waiting" ? { left: true } : null));
    if (claimed === null) throw new TakenBack();
    await withFreshToken(() => this.#call(claimed));
  }

  async #call(entry: OutboxEntry): Promise<void> {
    const place: Place = { provider: entry.provider, conversationId: entry.conversation_id };
    const { client_id, wish } = entry;
    switch (wish.kind) {
      case "send": {
        const upload_ids = wish.files.flatMap(({ upload_id }) => upload_id ?? []);
        await this.#takeMessage(
          await sendMessage(place, {
            client_id,
            text: wish.text,
            ...(wish.quoted?.message_id == null ? {} : { quoted_message_id: wish.quoted.message_id }),
            ...(upload_ids.length === 0 ? {} : { upload_ids }),
            ...(wish.voice ? { voice: true } : {}),
            ...(wish.seen_message_id == null ? {} : { seen_message_id: wish.seen_message_id }),
          }),
        );
        return;
      }
      case "decision": {
        const decided = await decideMessage(place, wish.message_id, client_id, wish.decision);
        if (decided !== null) await this.#takeMessage(decided);
        return;
      }
      case "react":
        await this.#takeMessage(await changeMessage(place, wish.message_id, { client_id, kind: "react", emoji: wish.emoji }));
        return;
      case "edit":
        await this.#takeMessage(await changeMessage(place, wish.message_id, { client_id, kind: "edit", text: wish.text }));
        return;
      case "delete":
        await this.#takeMessage(await changeMessage(place, wish.message_id, { client_id, kind: "delete" }));
        return;
      case "drop_change":
        await dropChange(place, wish.message_id, wish.change_id);
        return;
      case "forward":
        await this.#takeMessage(await forwardMessage(place, wish.message_id, client_id, wish.to_conversation_id));
        return;
      case "conversation":
        await this.#takeConversation(await patchConversation(place, client_id, wish.change));
    }
  }

  async #sendFiles(entry: SendEntry, signal: AbortSignal): Promise<void> {
    for (const file of entry.wish.files) {
      if (file.upload_id !== null) continue;
      const upload_id = await this.#sendFile(file, signal);
      const kept = await this.#db.outbox.revise(entry.client_id, ({ wish }) => ({ wish: withUpload(wish as SendWish, file.id, upload_id) }));
      if (kept === null) throw new TakenBack();
    }
  }

  async #sendFile(file: OutgoingFile, signal: AbortSignal): Promise<string> {
    const stored = await this.#db.outbox.files.get(file.id);
    if (stored === undefined) throw new FileLost();
    this.#progress.set(file.id, 0);
    const wanted = { key: file.id, name: file.name, mimeType: file.mime_type, blob: stored.blob };
    try {
      const { id } = await withFreshToken(() => uploadFile(wanted, (share) => this.#progress.set(file.id, share), signal));
      return id;
    } finally {
      this.#progress.set(file.id, null);
    }
  }

  async #takeMessage(message: Message): Promise<void> {
    await this.#take((writer) => applyAnsweredMessage(this.#db, writer, message));
  }

  async #takeConversation(row: Conversation): Promise<void> {
    await this.#take((writer) => applyConversation(this.#db, writer, row));
  }

  /** An answer that meets a replaced copy is left to the feed of the new one. */
  async #take(apply: (writer: Parameters<typeof applyConversation>[1]) => Promise<void>): Promise<void> {
    try {
      await apply({ side: await this.#db.activeSide(), term: null });
    } catch (error) {
      if (!(error instanceof CopyReplaced)) throw error;
    }
  }
}

function withUpload(wish: SendWish, fileId: string, uploadId: string): SendWish {
  return { ...wish, files: wish.files.map((file) => (file.id === fileId ? { ...file, upload_id: uploadId } : file)) };
}

/** The token may be of an earlier log-in: one more try with the present one. */
export async function withFreshToken<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ApiError && error.code === "csrf_failed")) throw error;
    await getSession();
    return call();
  }
}
