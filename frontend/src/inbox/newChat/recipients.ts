import type { Attendee, Channel } from "../../api/types";

/** Whom a new conversation is to be with: somebody known, or a number. */
export type Recipient =
  | { readonly kind: "known"; readonly attendee: Attendee }
  | { readonly kind: "number"; readonly phone: string };

export const keyOf = (recipient: Recipient): string =>
  recipient.kind === "known" ? `a${recipient.attendee.id}` : recipient.phone;

export const nameOf = (recipient: Recipient): string =>
  recipient.kind === "known" ? recipient.attendee.name || (recipient.attendee.phone ?? recipient.attendee.public_identifier ?? "") : recipient.phone;

const NUMBER = /^\+?[\d\s().\-/]+$/u;
/** E.164: fifteen digits at most; fewer than seven are no number of a person. */
const SHORTEST = 7;
const LONGEST = 15;

/** `+491701234567` for a number in any notation with its country code; null for what is none. */
export function phoneOf(text: string): string | null {
  const trimmed = text.trim();
  if (!NUMBER.test(trimmed)) return null;
  const digits = trimmed.replace(/\D/g, "").replace(/^00/, "");
  return digits.length < SHORTEST || digits.length > LONGEST || digits.startsWith("0") ? null : `+${digits}`;
}

/** Providers that know people by their numbers. */
const BY_NUMBER = new Set(["whatsapp", "telegram"]);

export const takesNumbers = (channel: Pick<Channel, "provider">): boolean => BY_NUMBER.has(channel.provider);

/** Providers where several people become a group. */
const GROUPING = new Set(["whatsapp", "telegram", "messenger", "instagram", "slack", "linkedin"]);

export const takesGroups = (channel: Pick<Channel, "provider">): boolean => GROUPING.has(channel.provider);
