export const threadWords = {
  jump: "Go to the message this answers",
  answerTo: "In answer to",
  notHere: "The message this answers is not here.",
  actions: "What to do with this message",
  copy: "Copy text",
  copied: "Copied.",
  notCopied: "The browser did not allow copying. Mark the text and copy it by hand.",
  inspect: "Inspect",
  download: (name: string) => `Download ${name}`,
  of: (sender: string, time: string) => `${sender}, ${time}`,
} as const;
