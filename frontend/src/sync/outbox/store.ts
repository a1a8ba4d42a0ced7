/**
 * Where what a person wrote lies until the server has it: a database beside the copy of the server's rows, so that
 * neither a new schema of the copy nor a reset, nor making room, can take it away.
 */
import Dexie, { type EntityTable, type Table } from "dexie";

import type { Id, Quoted } from "../../api/types";
import type { OutboxEntry, OutgoingFile } from "./entries";

/** What is begun and not sent in one conversation. */
export interface LocalDraft {
  readonly conversation_id: Id;
  readonly channel_id: Id;
  readonly provider: string;
  readonly text: string;
  readonly quoted: Quoted | null;
  readonly files: readonly OutgoingFile[];
  readonly voice: boolean;
  /** Milliseconds since 1970. */
  readonly edited_at: number;
  /** The server does not have this text yet. */
  readonly unreported: boolean;
  /** The time the server gave the text it has from here; "" before it had any. */
  readonly reported_at: string;
}

interface StoredFile {
  readonly id: string;
  readonly blob: Blob;
}

export class OutboxDatabase extends Dexie {
  readonly entries: Table<OutboxEntry, number>;
  readonly files: Table<StoredFile, string>;
  readonly drafts: EntityTable<LocalDraft, "conversation_id">;

  constructor(name: string) {
    super(name, { cache: "disabled" });
    this.version(1).stores({ entry: "++seq, &client_id", file: "id", draft: "conversation_id" });
    this.entries = this.table("entry");
    this.files = this.table("file");
    this.drafts = this.table("draft");
  }

  entry(clientId: string): Promise<OutboxEntry | undefined> {
    return this.entries.get({ client_id: clientId });
  }

  /** Changes an entry if it is there and `change` wants it to; answers what is stored then. */
  revise(
    clientId: string,
    change: (entry: OutboxEntry) => Partial<Omit<OutboxEntry, "seq" | "client_id" | "revision">> | null,
  ): Promise<OutboxEntry | null> {
    return this.transaction("rw", this.entries, async () => {
      const entry = await this.entry(clientId);
      const fields = entry === undefined ? null : change(entry);
      if (entry === undefined || fields === null) return null;
      const revised = { ...entry, ...fields, revision: entry.revision + 1 };
      await this.entries.put(revised);
      return revised;
    });
  }

  /** Stores an entry with the bytes of their files; those of a draft lie there already. */
  async keep(entry: OutboxEntry, blobs: ReadonlyMap<string, Blob>): Promise<void> {
    await this.transaction("rw", [this.entries, this.files], async () => {
      await this.files.bulkPut([...blobs].map(([id, blob]) => ({ id, blob })));
      await this.entries.add(entry);
    });
  }

  /** Removes entries, and their files unless they are kept, where `only` wants it; answers those removed. */
  drop(
    clientIds: readonly string[],
    only: (entry: OutboxEntry) => boolean = () => true,
    keepFiles = false,
  ): Promise<OutboxEntry[]> {
    return this.transaction("rw", [this.entries, this.files], async () => {
      const found = await this.entries.where("client_id").anyOf(clientIds).toArray();
      const dropped = found.filter(only);
      await this.entries.bulkDelete(dropped.map(({ seq = 0 }) => seq));
      if (!keepFiles) await this.files.bulkDelete(dropped.flatMap(filesOf).map(({ id }) => id));
      return dropped;
    });
  }
}

function filesOf(entry: OutboxEntry): readonly OutgoingFile[] {
  return entry.wish.kind === "send" ? entry.wish.files : [];
}
