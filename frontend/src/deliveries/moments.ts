import { fullTime, momentSince } from "../lib/time";

const DAY_MS = 86_400_000;

/** `14:02:09` today, else with the day in front. */
export function listMoment(timestamp: string, now: Date): string {
  const seconds = timestamp.slice(17, 19);
  return `${momentSince(Date.parse(timestamp), now)}:${seconds}`;
}

/** With milliseconds, which the inspector compares. */
export function exactTime(timestamp: string): string {
  return `${fullTime(timestamp)}.${timestamp.slice(20, 23)}`;
}

/** A moment of the past for a sentence: `3 Mar 14:02`. */
export function roughMoment(timestamp: string, now: Date): string {
  const at = Date.parse(timestamp);
  return now.getTime() - at > DAY_MS * 300 ? fullTime(timestamp) : momentSince(at, now);
}

/** What an `<input type="datetime-local">` shows of a moment, in the reader's zone, and back. */
export function toLocalInput(timestamp: string | null): string {
  if (timestamp === null || Number.isNaN(Date.parse(timestamp))) return "";
  const date = new Date(timestamp);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

export function fromLocalInput(value: string): string | null {
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

