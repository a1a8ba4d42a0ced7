import type {
  Attachment,
  ChangesFrame,
  ChannelList,
  ChannelStatusPage,
  Conversation,
  ConversationDetails,
  ConversationPage,
  DraftList,
  ErasurePreview,
  ErasureRecord,
  Id,
  MemberList,
  MessagePage,
  Person,
  Problem,
  ResetFrame,
  Session,
} from "./types";

export const API = "/api/v1/";
const DEADLINE_MS = 20_000;
const ERASING_DEADLINE_MS = 600_000;
/** The longest wait the server grants a long-poll, in seconds. */
const POLL_WAIT_SECONDS = 25;

/** The server answered, and refused. `code` is stable; `requestId` finds the request in the server's log. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly requestId: string | null,
    readonly retryAfterSeconds: number | null,
  ) {
    super(detail);
  }
}

/** No answer: no network, no server, or none within the deadline. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

let csrfToken: string | null = null;

/** The cookie is right also after a log-in in another tab; the answer's token serves where it cannot be read. */
function csrfFromCookie(): string | null {
  const found = /(?:^|;\s*)(?:__Host-)?csrftoken=([^;]+)/.exec(document.cookie);
  return found?.[1] ?? null;
}

/** What proves that a request comes from a page of ours. */
export function requestToken(): string {
  return csrfFromCookie() ?? csrfToken ?? "";
}

function isProblem(body: unknown): body is Partial<Problem> {
  return typeof body === "object" && body !== null;
}

/** What an answer that is no success says; `body` is its document, if it has one. */
export function refusalOf(status: number, statusText: string, retryAfter: string | null, body: unknown): ApiError {
  const problem = isProblem(body) ? body : {};
  const seconds = Number(retryAfter);
  return new ApiError(
    status,
    problem.code ?? `http_${status}`,
    problem.detail ?? problem.title ?? statusText,
    problem.request_id ?? null,
    Number.isFinite(seconds) && seconds > 0 ? seconds : null,
  );
}

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  return refusalOf(response.status, response.statusText, response.headers.get("Retry-After"), body);
}

interface RequestOptions {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number;
  readonly accept?: string;
}

/** For the typed calls of this folder that answer no document. */
export async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const method = options.method ?? "GET";
  const headers: Record<string, string> = { ...options.headers, Accept: options.accept ?? "application/json" };
  if (method !== "GET") {
    headers["X-CSRFToken"] = requestToken();
    if (options.body !== undefined) headers["Content-Type"] = "application/json";
  }
  const deadline = AbortSignal.timeout(options.deadlineMs ?? DEADLINE_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  let response: Response;
  try {
    response = await fetch(API + path, {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Unreachable(error instanceof Error ? error.message : String(error));
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** For the typed calls of this folder. */
export async function json<T>(path: string, options?: RequestOptions): Promise<T> {
  const response = await request(path, options);
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw new Unreachable(error instanceof Error ? error.message : String(error));
  }
}

export function query(parameters: Readonly<Record<string, string | number | null>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== null) search.set(name, String(value));
  const text = search.toString();
  return text ? `?${text}` : "";
}

function remember(session: Session): Session {
  csrfToken = session.csrf_token;
  return session;
}

export async function getSession(): Promise<Session> {
  return remember(await json<Session>("session/"));
}

/** @throws ApiError `invalid_credentials` (401) or `too_many_attempts` (429, with `retryAfterSeconds`). */
export async function signIn(username: string, password: string): Promise<Session> {
  return remember(await json<Session>("session/", { method: "POST", body: { username, password } }));
}

export async function signOut(): Promise<void> {
  await request("session/", { method: "DELETE" });
  csrfToken = null;
}

export function listChannels(signal?: AbortSignal): Promise<ChannelList> {
  return json("communications/channels/", { signal });
}

export function listChannelStatuses(channelId: Id, cursor: string | null): Promise<ChannelStatusPage> {
  return json(`communications/channels/${encodeURIComponent(channelId)}/statuses/${query({ cursor, limit: 50 })}`);
}

export function listDrafts(signal?: AbortSignal): Promise<DraftList> {
  return json("communications/drafts/", { signal });
}

export interface ChatsQuery {
  readonly cursor: string | null;
  readonly limit: number;
  readonly channelId?: Id;
}

export function listChats({ cursor, limit, channelId }: ChatsQuery, signal?: AbortSignal): Promise<ConversationPage> {
  return json(`communications/all/chats/${query({ cursor, limit, channel_id: channelId ?? null })}`, { signal });
}

export function chatPath(provider: string, conversationId: Id): string {
  return `communications/${encodeURIComponent(provider)}/chats/${encodeURIComponent(conversationId)}/`;
}

export function getChat(conversationId: Id): Promise<Conversation> {
  return json(chatPath("all", conversationId));
}

export interface MessagesQuery {
  readonly provider: string;
  readonly conversationId: Id;
  readonly cursor: string | null;
  readonly limit: number;
  /** A message to have in the middle of the page; without a cursor. */
  readonly around?: Id;
}

export function listMessages(wanted: MessagesQuery, signal?: AbortSignal): Promise<MessagePage> {
  const { provider, conversationId, cursor, limit, around = null } = wanted;
  return json(`${chatPath(provider, conversationId)}messages/${query({ cursor, limit, around })}`, { signal });
}

export function markRead(provider: string, conversationId: Id, messageId: Id): Promise<Conversation> {
  return json(`${chatPath(provider, conversationId)}read/`, { method: "POST", body: { message_id: messageId } });
}

export function listMembers(conversationId: Id): Promise<MemberList> {
  return json(`${chatPath("all", conversationId)}members/`);
}

export function getConversationDetails(conversationId: Id): Promise<ConversationDetails> {
  return json(`${chatPath("all", conversationId)}details/`);
}

function personPath(attendeeId: Id): string {
  return `communications/people/${encodeURIComponent(attendeeId)}/`;
}

export function getPerson(attendeeId: Id): Promise<Person> {
  return json(personPath(attendeeId));
}

export function namePerson(attendeeId: Id, name: string): Promise<Person> {
  return json(`${personPath(attendeeId)}name/`, { method: "POST", body: { name } });
}

export type ErasureOf = "conversation" | "person";

const erasurePath = (kind: ErasureOf, id: Id): string =>
  kind === "person" ? `${personPath(id)}erasure/` : `${chatPath("all", id)}erasure/`;

export function previewErasure(kind: ErasureOf, id: Id): Promise<ErasurePreview> {
  return json(erasurePath(kind, id));
}

/** Looks through all that came in for the account: it may take long. */
export function erase(kind: ErasureOf, id: Id, confirmation: string): Promise<ErasureRecord> {
  return json(erasurePath(kind, id), { method: "POST", body: { confirmation }, deadlineMs: ERASING_DEADLINE_MS });
}

/** Whether two are one; null takes back what was said. */
export type Verdict = "same" | "different" | null;

export function decidePerson(attendeeId: Id, otherId: Id, verdict: Verdict): Promise<Person> {
  return json(`${personPath(attendeeId)}decisions/`, { method: "POST", body: { other_attendee_id: otherId, verdict } });
}

export function decideConversation(conversationId: Id, otherId: Id, verdict: Verdict): Promise<ConversationDetails> {
  const body = { other_conversation_id: otherId, verdict };
  return json(`${chatPath("all", conversationId)}decisions/`, { method: "POST", body });
}

export function wantPictures(
  conversationIds: readonly Id[],
  attendeeIds: readonly Id[],
  signal?: AbortSignal,
): Promise<unknown> {
  const body = { conversation_ids: conversationIds, attendee_ids: attendeeIds };
  return request("communications/pictures/", { method: "POST", body, signal });
}

/** Has an unavailable file tried again, or a waiting one tried now; what becomes of it comes by the feed. */
export function fetchAttachment(attachmentId: Id): Promise<Attachment> {
  return json(`communications/media/${encodeURIComponent(attachmentId)}/fetch/`, { method: "POST" });
}

/** The bytes of a stored file. */
export async function attachmentBytes(attachmentId: Id, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await request(`communications/media/${encodeURIComponent(attachmentId)}/`, { signal, accept: "*/*" });
  try {
    return await response.arrayBuffer();
  } catch (error) {
    throw new Unreachable(error instanceof Error ? error.message : String(error));
  }
}

/** The cursor at which a first load starts. */
export async function newFeedCursor(signal?: AbortSignal): Promise<string> {
  const frame = await json<ChangesFrame | ResetFrame>("communications/changes/", { signal });
  if (frame.type === "reset") throw new ApiError(409, "feed_reset", frame.reason, null, null);
  return frame.cursor;
}

export function pollChanges(cursor: string, wait: boolean, signal: AbortSignal): Promise<ChangesFrame | ResetFrame> {
  const search = query({ cursor, wait: wait ? POLL_WAIT_SECONDS : 0 });
  return json(`communications/changes/${search}`, { signal, deadlineMs: (POLL_WAIT_SECONDS + 15) * 1000 });
}
