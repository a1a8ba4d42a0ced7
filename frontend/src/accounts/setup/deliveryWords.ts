/** The sentences about Unipile's webhooks, and whether deliveries can arrive. */
import type { RegisteredWebhook, WebhookSourceServed } from "../../api/schema";

export const SOURCE_WORDS: Readonly<Record<WebhookSourceServed["source"], string>> = {
  messaging: "Messages",
  account_status: "States of accounts",
  users: "New contacts",
  email: "E-mail",
};

export const PROBLEM_WORDS: Readonly<Record<RegisteredWebhook["problems"][number], string>> = {
  missing: "not registered",
  disabled: "switched off",
  events_missing: "lacks events",
  wrong_secret: "has another secret, so that its deliveries are refused",
  some_accounts: "tells of some accounts only",
  not_json: "sends another content type",
  wrong_address: "delivers to an earlier address",
  extra: "tells again what another tells",
  no_address: "no public address to deliver to",
};

export const deliveryWords = {
  title: "Let Unipile deliver",
  next: "Unipile tells what happens by webhooks. One for each of these is registered with every event and with our secret.",
  later: "Needs Unipile and the public address.",
  checked: (ago: string) => `Compared with Unipile's list ${ago}.`,
  neverChecked: "Not yet compared with Unipile's list.",
  registered: "registered",
  failed: "What is registered could not be loaded.",
  register: "Register webhooks",
  check: "Compare again",
  working: "Asking Unipile…",
  others: "What differs at Unipile",
  events: (names: readonly string[]) => `without ${names.join(", ")}`,

  probe: "Test the way here",
  probing: "Delivering something to the public address…",
  proven: (ago: string) => `Proven: Unipile delivered ${ago}, after the test was asked for.`,
  ourselves:
    "This server reached itself by its public address: name, certificate, proxy and secret are right. Whether Unipile reaches it shows with its next delivery: write to one of the accounts from another phone. This page then says so by itself.",
  lastOfUnipile: (ago: string) => `Unipile last delivered ${ago}.`,
  neverOfUnipile: "Unipile has delivered nothing yet.",
} as const;
