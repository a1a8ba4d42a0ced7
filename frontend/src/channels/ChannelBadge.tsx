import { memo } from "react";

import { firstCharacters } from "../lib/text";

/** Letter and colour class by the provider's word; shape and letter carry the meaning, the colour repeats it. */
const MARKS: ReadonlyMap<string, { readonly letter: string; readonly name: string }> = new Map([
  ["whatsapp", { letter: "w", name: "WhatsApp" }],
  ["linkedin", { letter: "in", name: "LinkedIn" }],
  ["instagram", { letter: "ig", name: "Instagram" }],
  ["messenger", { letter: "m", name: "Messenger" }],
  ["telegram", { letter: "t", name: "Telegram" }],
  ["twitter", { letter: "x", name: "Twitter" }],
  ["slack", { letter: "s", name: "Slack" }],
  ["mail", { letter: "@", name: "E-mail" }],
]);

export function providerName(provider: string): string {
  return MARKS.get(provider)?.name ?? provider;
}

export const ChannelBadge = memo(function ChannelBadge({ provider }: { readonly provider: string }) {
  const mark = MARKS.get(provider);
  const kind = mark === undefined ? "other" : provider;
  return (
    <span className={`channel-badge channel-${kind}`} role="img" aria-label={providerName(provider)}>
      {mark?.letter ?? firstCharacters(provider, 1)}
    </span>
  );
});
