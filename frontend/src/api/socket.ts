import type { ServerFrame } from "./types";

/** Close codes of `/ws/communications/`. */
export const CLOSED = {
  restart: 1012,
  tooSlow: 1013,
  notSignedIn: 4401,
  wrongOrigin: 4403,
  sessionRevoked: 4408,
} as const;

const FRAME_TYPES: ReadonlySet<string> = new Set(["hello", "changes", "reset", "ping", "pong", "presence"]);

export interface FeedSocketHandlers {
  readonly onFrame: (frame: ServerFrame) => void;
  /** Called once, with the close code (1006 when the connection was lost or never made). */
  readonly onClose: (code: number) => void;
}

/** One connection to the change feed. It answers the server's heartbeat itself. */
export class FeedSocket {
  readonly #socket: WebSocket;
  #closed = false;

  constructor(cursor: string, build: string, handlers: FeedSocketHandlers) {
    const address = new URL("/ws/communications/", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.searchParams.set("cursor", cursor);
    address.searchParams.set("build", build);
    this.#socket = new WebSocket(address);
    this.#socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.#closed) return;
      const frame = parseFrame(event.data);
      if (frame === null) return;
      if (frame.type === "ping") this.#send({ type: "pong" });
      handlers.onFrame(frame);
    };
    this.#socket.onclose = (event) => {
      if (this.#closed) return;
      this.#closed = true;
      handlers.onClose(event.code);
    };
  }

  ping(): void {
    this.#send({ type: "ping" });
  }

  /** Closes without a further callback. */
  close(): void {
    this.#closed = true;
    this.#socket.close();
  }

  #send(frame: { readonly type: string }): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}

/** Frames of an unknown type, and what is no JSON object, are ignored (`null`). */
export function parseFrame(text: unknown): ServerFrame | null {
  if (typeof text !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  return typeof value.type === "string" && FRAME_TYPES.has(value.type) ? (value as ServerFrame) : null;
}
