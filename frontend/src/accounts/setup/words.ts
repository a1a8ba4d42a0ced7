/** Every sentence of the first run. */
const plural = (count: number, one: string, many: string): string => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export const setupWords = {
  title: "Set up Landline",
  open: "Setup",
  close: "Close the setup",
  demo: "This is a demo: the accounts are invented, and nobody real is written to.",
  ownAccounts: "Use your own accounts",
  owner: "Landline is not connected to Unipile yet. Whoever installed it can do that on this page.",
  onlyOwner: "Whoever installed Landline can change this.",
  failed: "How far the setup is could not be loaded.",
  state: { done: "done", now: "next", later: "later" },

  unipile: "Connect to Unipile",
  unipileNext: "Its address (DSN) and an access token stand in Unipile's dashboard. They are tried at once by one call, kept on the server, and never shown again.",
  unipileDemo: "The demo has an address and a key of its own. Once yours work, invented accounts receive nothing more.",
  unipileDone: "Unipile answers, with the address and key kept on the server.",
  unipileEnvironment: "Unipile's address and key are set by UNIPILE_DSN and UNIPILE_API_KEY, and can only be changed there.",
  demoStays: "This was started by landline demo, which stays a demo. Start landline run to use your own accounts.",
  elsewhere: "A key is taken by https only, or on the machine itself. Open this page there, or run there:",
  connectCommand: "landline connect",
  dsn: "DSN",
  dsnExample: "https://api1.unipile.com:13111",
  key: "Access token",
  tryThem: "Try and keep",
  trying: "Trying them by one call…",
  replace: "Replace address and key…",
  kept: (accounts: number) =>
    accounts === 0 ? "Address and key work. No account is connected at Unipile yet." : `Address and key work: ${plural(accounts, "account", "accounts")} at Unipile.`,

  address: "Give this server a public address",
  addressNext: "Unipile delivers messages to it, so it must be reached from outside by https. Write it into .env, or into the environment, and start Landline again:",
  addressLine: "PUBLIC_URL=https://inbox.example.com",
  addressUntil: "Until then nothing new arrives by itself.",
  addressDone: (url: string) => `Unipile delivers to ${url}.`,

  account: "Connect an account",
  accountNext: "WhatsApp and Telegram by a QR image, the others by a link to Unipile's page.",
  accountDone: (accounts: number) => `${plural(accounts, "account is", "accounts are")} connected.`,

  chats: "Read the first conversations",
  chatsNext: "They appear in the inbox by themselves, the newest first.",
  toInbox: "To the inbox",
} as const;
