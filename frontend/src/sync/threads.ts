import { getChat, listMessages } from "../api/http";
import type { Id } from "../api/types";
import { applyConversation, applyThreadPage, CopyReplaced, type Writer } from "./apply";
import type { LocalDatabase, Side } from "./db";

const PAGE = 50;
/** The largest page the server gives. */
const LARGEST_PAGE = 200;

/** Reads pages of threads into the local copy; the same page is never under way twice in one tab. */
export class ThreadLoader {
  readonly #db: LocalDatabase;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(db: LocalDatabase) {
    this.#db = db;
  }

  /** Brings the conversation's own row when a link names one that was never listed here. */
  async ensureConversation(conversationId: Id): Promise<void> {
    const side = await this.#db.activeSide();
    if ((await this.#db.side(side).conversation.get(conversationId)) !== undefined) return;
    await this.#once(`${side}:row:${conversationId}`, async () => {
      const row = await getChat(conversationId);
      await applyConversation(this.#db, { side, term: null }, row);
    });
  }

  /** Reads the conversation's own row anew, and what it says has come to be older than the oldest held here. */
  async refreshOlder(conversationId: Id): Promise<void> {
    const side = await this.#db.activeSide();
    await this.#once(`${side}:row:${conversationId}`, async () => {
      await applyConversation(this.#db, { side, term: null }, await getChat(conversationId));
    });
    await this.loadOlder(conversationId);
  }

  /** Makes sure that the newest page is here, and with it all that arrives later. */
  async ensureNewest(conversationId: Id, atLeast = PAGE, writer?: Writer): Promise<void> {
    const side = writer?.side ?? (await this.#db.activeSide());
    if ((await this.#db.side(side).thread.get(conversationId)) !== undefined) return;
    await this.#load(conversationId, Math.min(Math.max(PAGE, atLeast), LARGEST_PAGE), writer ?? { side, term: null });
  }

  /** Reads one page further back; does nothing at the first message. */
  async loadOlder(conversationId: Id): Promise<void> {
    const side = await this.#db.activeSide();
    const thread = await this.#db.side(side).thread.get(conversationId);
    if (thread?.complete === true) return;
    await this.#load(conversationId, PAGE, { side, term: null });
  }

  async #load(conversationId: Id, limit: number, writer: Writer): Promise<void> {
    await this.#once(`${writer.side}:page:${conversationId}`, async () => {
      const tables = this.#db.side(writer.side);
      const conversation = await tables.conversation.get(conversationId);
      if (conversation === undefined) return;
      const cursor = (await tables.thread.get(conversationId))?.cursor ?? null;
      const { provider, channel_id, history_revision } = conversation;
      const page = await listMessages({ provider, conversationId, cursor, limit });
      const request = { conversationId, channelId: channel_id, cursor, historyRevision: history_revision };
      await applyThreadPage(this.#db, writer, request, page);
    });
  }

  async #once(key: string, work: () => Promise<void>): Promise<void> {
    const before = this.#underWay.get(key);
    if (before !== undefined) return before;
    const running = work()
      .catch((error: unknown) => {
        if (!(error instanceof CopyReplaced)) throw error;
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, running);
    return running;
  }
}

/** The conversations whose newest page is kept ready, so that they open without a network. */
const KEPT_READY = 30;

/** Reads the newest page of the newest conversations that have none yet, one after the other. */
export async function prefetchThreads(
  db: LocalDatabase,
  loader: ThreadLoader,
  writer: Writer,
  signal: AbortSignal,
): Promise<void> {
  const newest = await newestConversations(db, writer.side, KEPT_READY);
  for (const id of newest) {
    if (signal.aborted) return;
    await loader.ensureNewest(id, 0, writer);
  }
}

function newestConversations(db: LocalDatabase, side: Side, count: number): Promise<Id[]> {
  return db
    .side(side)
    .conversation.where("[shelf+order]")
    .between(["inbox", ""], ["inbox", "\uffff"])
    .reverse()
    .limit(count)
    .primaryKeys();
}
