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
    ["↑  ↓", "Choose one"],
    ["m  Enter", "What to do with it"],
    ["r  +", "Reply to it, react to it"],
    ["i", "Inspect it"],
  ],
  pictureKeys: [
    ["←  →", "The earlier, the later"],
    ["+  -  0", "Larger, smaller, fit"],
  ],
} as const;
