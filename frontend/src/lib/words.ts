/** Every sentence of the screen, in one place. */
import type { Attachment, MessageKind, MessageStatus } from "../api/types";

const plural = (count: number, one: string, many: string): string => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export const KIND_WORD: Readonly<Record<MessageKind | Attachment["kind"], string>> = {
  text: "Message",
  image: "Photo",
  video: "Video",
  audio: "Audio",
  voice: "Voice message",
  file: "File",
  sticker: "Sticker",
  gif: "GIF",
  event: "Event",
  unsupported: "Message of an unknown kind",
};

export const STATUS_WORD: Readonly<Record<MessageStatus, string>> = {
  pending: "Waiting to be sent",
  sending: "Being sent",
  unconfirmed: "Not confirmed",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Not sent",
};

export const ATTACHMENT_STATE: Readonly<Record<Attachment["state"], string>> = {
  wanted: "not fetched yet",
  stored: "stored on your server",
  unavailable: "no longer available",
};

export const words = {
  product: "Landline",
  inbox: "Inbox",
  deliveries: "Deliveries",
  accounts: "Accounts",
  archived: "Archived",
  all: "All",
  unread: "Unread",
  you: "You",
  back: "Back to the list",
  settings: "Settings",
  search: "Search",
  close: "Close",
  retry: "Try again",
  reload: "Reload",
  showAll: "Show all conversations",
  showWhole: "Show the whole message",
  noName: "No name",
  broken: "This part of the page could not be drawn.",

  login: {
    title: "Log in to Landline",
    username: "User name",
    password: "Password",
    submit: "Log in",
    busy: "Logging in…",
    wrong: "That user name and password do not match.",
    throttled: (seconds: number | null) =>
      seconds === null
        ? "Too many attempts. Wait a little, then try again."
        : `Too many attempts. Try again in ${plural(seconds, "second", "seconds")}.`,
    unreachable: "The server does not answer. Check that Landline is running, then try again.",
    ended: "Your session has ended. Log in again to go on; what is on this device stays.",
    left: "You are signed out and nothing is left on this device.",
    leftUntold: "Nothing is left on this device. The server will be told as soon as it answers.",
  },

  list: {
    label: "Conversations",
    find: "Find a conversation by name",
    filters: "Which conversations",
    loading: "Loading your conversations…",
    noChannel: "No account is connected yet.",
    noChannelNext: "Once one is, its conversations appear here by themselves.",
    toAccounts: "Connect an account",
    empty: "No conversations yet.",
    emptyNext: "They appear here as soon as a message arrives.",
    emptyDemo: "Open the customer page (its address was printed at the start) and type a message: it appears here.",
    noUnread: "Nothing unread.",
    noMatch: (name: string) => `No conversation on this device is named like “${name}”.`,
    noMatchPartial: "Only conversations already read to this device were looked at; scroll the list to its end for more.",
    failed: "Your conversations could not be loaded.",
    unreadCount: (count: number) => `${count} unread`,
    pinned: "pinned",
    muted: "muted",
    draft: "Draft",
    more: "Loading more…",
  },

  thread: {
    find: "Find in this conversation",
    jumpMissing: "That message is no longer there. These are the newest ones.",
    jumpFailed: "That message is not on this device and could not be fetched. These are the newest ones.",
    newerFailed: "Newer messages could not be fetched.",
    newer: "Loading newer messages…",
    label: (name: string) => `Messages with ${name}`,
    none: "Choose a conversation",
    noneNext: "Use the list, or the keys j and k and Enter.",
    empty: "No messages here yet.",
    emptyNext: "What is written from now on appears here at once.",
    loading: "Loading messages…",
    older: "Loading earlier messages…",
    olderFailed: "Earlier messages could not be loaded.",
    failed: "The messages could not be loaded.",
    partial: "Earlier messages are not on this device yet.",
    start: "This is the beginning of what the server has.",
    missing: "This conversation does not exist, or you have no access to its account.",
    missingNext: "An owner of the account can give you access.",
    newLine: "New",
    newCount: (count: number) => `${count.toLocaleString("en")} new`,
    toBottom: "To the newest message",
    toNew: (count: number) => `${plural(count, "new message", "new messages")}, go to the newest`,
    arrivedOne: (name: string, text: string) => `New message from ${name}: ${text}`,
    arrivedMany: (count: number, name: string) => `${count} new messages from ${name}`,
    arrivedManyGroup: (count: number) => `${count} new messages`,
    group: "Group",
    broadcast: "Channel",
  },

  message: {
    fromPhone: "sent from the phone",
    enlarge: (name: string) => `Enlarge ${name}`,
    download: (name: string) => `Download ${name}`,
    unknownDirection: "direction not known yet",
    edited: "edited",
    deleted: "This message was deleted",
    forwarded: "Forwarded",
    viewOnce: "can be seen once, on the phone only",
    unsupported: "This kind of message cannot be shown here. Look at it on the phone.",
    emptyText: "Message without text",
    timeFlagged: "The sender's clock was wrong; this is when it arrived.",
    quotedGone: "A message that is not here",
    reaction: (emoji: string, count: number, names: string) => `${emoji} ${count} by ${names}`,
  },

  fresh: {
    live: "Live",
    connecting: "Connecting…",
    catchingUp: "Catching up…",
    offline: "Offline",
    offlineSince: (since: string) => `Offline since ${since}`,
    showing: (until: string) => `showing data from ${until}`,
    nothing: "nothing is on this device yet",
    waiting: (count: number) => `${count} to be sent`,
    wrongOrigin: "The server refuses this address. Open Landline under the address it was set up with.",
    storageFull: "This device has no room left. New messages cannot be kept here until some is freed.",
    storageTaken: "Landline was updated or signed out in another tab. Reload this one.",
    updateReady: "A new version is ready.",
  },

  storage: {
    blocked: "An older Landline tab holds the storage. Close all other Landline tabs, then try again.",
    unavailable: "This browser gives Landline no storage, which it needs to show anything.",
    unavailableNext: "Leave private browsing, or allow storage for this site, then try again.",
  },

  preferences: {
    theme: "Colours",
    themes: { system: "As the system", light: "Light", dark: "Dark" },
    density: "List",
    densities: { cosy: "Cosy", compact: "Compact" },
    singleKeys: "Single-letter keys",
    singleKeysNext: "j, k, n, p, r, e, u, m, c, i, g i, g a, /, . and ?",
    sendKey: "Sending",
    sendKeys: { enter: "Enter sends", "ctrl-enter": "Ctrl Enter sends" },
    undoSend: "Take a message back",
    undoSendNext: "Each waits 5 seconds before it leaves.",
    alarmNotices: "Tell me when an account is in trouble",
    alarmNoticesNext: "By a notification of this device, while Landline is open in a tab.",
    alarmNoticesRefused: "The browser does not allow notifications here. Allow them for this site in its settings, then try again.",
    unsent: (count: number) =>
      `${plural(count, "thing has", "things have")} not reached the server yet and would be lost.`,
    signedInAs: (name: string) => `Signed in as ${name}`,
    signOut: "Sign out",
    signOutNext: "Removes everything of yours from this device.",
    signingOut: "Removing your data…",
    insecure:
      "This address is neither https nor localhost, so the browser allows no offline start here. Everything else works.",
    keys: "Keys",
  },

  receipts: {
    legend: "Tell people that a message was read",
    when: { on_open: "When it is opened", on_answer: "When it is answered", never: "Never" },
  },

  keys: {
    title: "Keys",
    rows: [
      ["j  ↓", "Next conversation"],
      ["k  ↑", "Previous conversation"],
      ["Enter", "Open it"],
      ["Esc", "Close what is open, then back to the list"],
      ["n  p", "Next, previous unread"],
      ["Alt ↓  Alt ↑", "Open the next, the previous"],
      ["/", "Search everything"],
      ["r", "Write; on a message: answer it"],
      ["i", "Inspect the message that has the focus"],
      ["g i", "Inbox"],
      ["g a", "Accounts"],
      [".", "Details of the conversation"],
      ["?", "This help"],
    ],
    off: "Single-letter keys are switched off in the settings.",
  },

  title: (unread: number, name: string | null) =>
    `${unread > 0 ? `(${unread}) ` : ""}${name === null ? "" : `${name} · `}Landline`,
} as const;
