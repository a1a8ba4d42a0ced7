/** Every sentence of the search. */
const plural = (count: number, one: string, many: string): string => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export const searchWords = {
  title: "Search",
  label: "Search messages, people and chats",
  placeholder: "Search everything",
  clear: "Clear the search",
  back: "Back",
  results: "Results",
  chats: "People and chats",
  messages: "Messages",
  with: "with",
  you: "You",
  file: "File",
  start: "Type a word, a name or a number.",
  startNext: "All accounts you read are searched, back to the oldest message stored.",
  nothing: (q: string) => `Nothing was found for “${q}”.`,
  nothingNext: "Try fewer words, the beginning of a word, or leave an operator out.",
  loading: "Searching…",
  more: "Loading more…",
  moreFailed: "More results could not be loaded.",
  failed: "The search could not be made.",
  retry: "Try again",
  total: (count: number) => plural(count, "message", "messages"),
  newest: "Newest messages first",
  forgiving: "Little was found as written, so similar spellings are shown too.",
  reach: (conversations: number, since: string | null) =>
    since === null
      ? `Searched ${plural(conversations, "chat", "chats")}.`
      : `Searched ${plural(conversations, "chat", "chats")}, back to ${since}. Older messages can be found once they are stored.`,
  complete: (whole: number, chats: number) =>
    whole === chats
      ? "copy complete for all chats"
      : `copy complete for ${whole.toLocaleString("en")} of ${plural(chats, "chat", "chats")}, the others may have older messages`,
  offline: (messages: number, conversations: number, since: string | null) =>
    messages === 0
      ? "You are offline and no messages are kept on this device."
      : `You are offline. Searched what this device keeps: ${plural(messages, "message", "messages")} of ` +
        `${plural(conversations, "chat", "chats")}${since === null ? "" : `, back to ${since}`}.`,
  operators: "Narrow the search",
  operatorRows: [
    ["from:", "who wrote it: a name, a number, or me"],
    ["to:", "to whom the account wrote"],
    ["in:", 'in which chat: in:"Team Lisbon"'],
    ["account:", "which account: whatsapp, or its name"],
    ["has:", "image, video, audio, voice, file, sticker, gif or link"],
    ["before:", "earlier than a day: 2026-05-18, 2026-05, yesterday"],
    ["after:", "from that day on"],
    ["is:unread", "not read yet"],
    ['"…"', "exactly these words"],
  ],
} as const;
