const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const LONG_WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const LONG_MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

const DAY_MS = 86_400_000;

const two = (value: number): string => String(value).padStart(2, "0");

/** Whole calendar days from `date` to `now` in the reader's zone; a change of the clocks does not matter. */
function daysBefore(date: Date, now: Date): number {
  const start = (day: Date): number => Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
  return Math.round((start(now) - start(date)) / DAY_MS);
}

/** `14:02`, in the reader's zone. */
export function clockTime(timestamp: string | number): string {
  const date = new Date(timestamp);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `14:02` today, `Mon` in the last six days, `3 Mar` in this year, else `3 Mar 2024`. */
export function listTime(timestamp: string, now: Date): string {
  const date = new Date(timestamp);
  const days = daysBefore(date, now);
  if (days === 0) return clockTime(timestamp);
  if (days > 0 && days < 7) return WEEKDAYS[date.getDay()] ?? "";
  const day = `${date.getDate()} ${MONTHS[date.getMonth()] ?? ""}`;
  return date.getFullYear() === now.getFullYear() ? day : `${day} ${date.getFullYear()}`;
}

/** `Today`, `Yesterday`, `Monday` in the last six days, else `3 March`, with the year when it is another. */
export function dayName(timestamp: string, now: Date): string {
  const date = new Date(timestamp);
  const days = daysBefore(date, now);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days > 1 && days < 7) return LONG_WEEKDAYS[date.getDay()] ?? "";
  const day = `${date.getDate()} ${LONG_MONTHS[date.getMonth()] ?? ""}`;
  return date.getFullYear() === now.getFullYear() ? day : `${day} ${date.getFullYear()}`;
}

/** `18 May 2026`. */
export function calendarDay(timestamp: string): string {
  const date = new Date(timestamp);
  return `${date.getDate()} ${LONG_MONTHS[date.getMonth()] ?? ""} ${date.getFullYear()}`;
}

/** One value per calendar day in the reader's zone. */
export function dayKey(timestamp: string): string {
  const date = new Date(timestamp);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `Monday 18 May 2026, 21:44:12`: the whole truth, for a pointer that asks. */
export function fullTime(timestamp: string): string {
  const date = new Date(timestamp);
  const day = `${LONG_WEEKDAYS[date.getDay()] ?? ""} ${date.getDate()} ${LONG_MONTHS[date.getMonth()] ?? ""}`;
  return `${day} ${date.getFullYear()}, ${clockTime(timestamp)}:${two(date.getSeconds())}`;
}

/** Minutes and seconds of a voice message: `0:42`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
}

/** `13:40`, with the day in front when it was not today. */
export function momentSince(milliseconds: number, now: Date): string {
  const date = new Date(milliseconds);
  const time = clockTime(milliseconds);
  return daysBefore(date, now) === 0 ? time : `${date.getDate()} ${MONTHS[date.getMonth()] ?? ""} ${time}`;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** `just now`, `42 s ago`, `8 min ago`, `3 h ago`, then `3 Mar 13:40`. */
export function agoWords(timestamp: string, now: Date): string {
  const past = now.getTime() - Date.parse(timestamp);
  if (past < 10 * SECOND_MS) return "just now";
  if (past < MINUTE_MS) return `${Math.floor(past / SECOND_MS)} s ago`;
  if (past < HOUR_MS) return `${Math.floor(past / MINUTE_MS)} min ago`;
  if (past < DAY_MS) return `${Math.floor(past / HOUR_MS)} h ago`;
  return momentSince(Date.parse(timestamp), now);
}
