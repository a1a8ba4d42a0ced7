/** The few small things a browser remembers outside the database. The only file that touches localStorage. */
import type { User } from "../api/types";

const PREFIX = "landline.";

export type Theme = "system" | "light" | "dark";
export type Density = "cosy" | "compact";

export interface Preferences {
  readonly theme: Theme;
  readonly density: Density;
  readonly singleKeys: boolean;
  readonly sendKey: SendKey;
  /** A message can be taken back for some seconds before it leaves. */
  readonly undoSend: boolean;
  /** Alarms are told by notifications of the device. */
  readonly alarmNotices: boolean;
}

/** What sends; the other of the two makes a new line. */
export type SendKey = "enter" | "ctrl-enter";

function read(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** Storage that is full or forbidden costs the memory, never the action. */
function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, value);
  } catch {
    return;
  }
}

function parsed(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

export interface RememberedUser extends User {
  readonly demo: boolean;
}

/** Whose copy to draw before the server has been asked. */
export function rememberedUser(): RememberedUser | null {
  const { id, username, display_name, demo } = parsed(read("user")) as Partial<RememberedUser>;
  if (typeof id !== "string" || typeof username !== "string") return null;
  return { id, username, display_name: display_name ?? username, demo: demo === true };
}

export function rememberUser(user: RememberedUser | null): void {
  write("user", user === null ? null : JSON.stringify(user));
}

/** Signed out while the server could not be told: no session of this browser counts until it has been. */
export function signOutPending(): boolean {
  return read("sign-out-pending") === "1";
}

export function setSignOutPending(pending: boolean): void {
  write("sign-out-pending", pending ? "1" : null);
}

/** `theme` stands under its own key: the script that prevents a flash reads it before anything else runs. */
export function readPreferences(): Preferences {
  const stored = parsed(read("preferences")) as Partial<Preferences>;
  const theme = read("theme");
  return {
    theme: theme === "light" || theme === "dark" ? theme : "system",
    density: stored.density === "compact" ? "compact" : "cosy",
    singleKeys: stored.singleKeys !== false,
    sendKey: stored.sendKey === "ctrl-enter" ? "ctrl-enter" : "enter",
    undoSend: stored.undoSend === true,
    alarmNotices: stored.alarmNotices === true,
  };
}

export function writePreferences({ theme, ...others }: Preferences): void {
  write("theme", theme === "system" ? null : theme);
  write("preferences", JSON.stringify(others));
}

/** How fast sound was last played. */
export function readPlaybackRate(): number {
  return Number(read("playback-rate") ?? 1);
}

export function writePlaybackRate(rate: number): void {
  write("playback-rate", rate === 1 ? null : String(rate));
}

/** The skin tone of emoji, from 1 to 5; 0 for none. */
export function readSkinTone(): number {
  const tone = Number(read("skin-tone") ?? 0);
  return [1, 2, 3, 4, 5].includes(tone) ? tone : 0;
}

export function writeSkinTone(tone: number): void {
  write("skin-tone", tone === 0 ? null : String(tone));
}

/** The open alarms that this device has told; no other tab tells them again. */
export function readToldAlarms(): readonly string[] {
  return (read("told-alarms") ?? "").split(" ");
}

export function writeToldAlarms(ids: readonly string[]): void {
  write("told-alarms", ids.length === 0 ? null : ids.join(" "));
}

export function forgetDevice(): void {
  for (const key of ["user", "theme", "preferences", "playback-rate", "skin-tone", "told-alarms"]) write(key, null);
}
