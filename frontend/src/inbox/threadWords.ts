export const threadWords = {
  jump: "Go to the message this answers",
  answerTo: "In answer to",
  notHere: "The message this answers is not here.",
  actions: "What to do with this message",
  reply: "Answer",
  copy: "Copy text",
  copied: "Copied.",
  notCopied: "The browser did not allow copying. Mark the text and copy it by hand.",
  inspect: "Inspect",
  download: (name: string) => `Download ${name}`,
  keys: [
    ["↑  ↓", "In a conversation: choose a message"],
    ["m  Enter", "What to do with the chosen message"],
    ["r  +", "Reply to it, react to it"],
    ["←  →", "In a picture: the earlier, the later"],
    ["+  -  0", "In a picture: larger, smaller, fit"],
  ],
} as const;
