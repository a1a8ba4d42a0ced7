// Accounts that are being connected, and the telephone that scans their codes.

import { $, ask, element } from "./dom.js";

const acts = { QRCODE: ["scan", "Scan the code"], IN_APP_VALIDATION: ["confirm", "Confirm in the app"] };

export async function showAttempts() {
  const { connections } = await ask("/play/connections");
  $("attempts").replaceChildren(...connections.map((one) => {
    const [act, words] = acts[one.checkpoint] ?? [null, null];
    const number = element("input", { inputMode: "tel", maxLength: 24, placeholder: "Number", ariaLabel: "Number", value: "+351910000222" });
    const doing = async (wish) => {
      try {
        await ask(`/play/connections/${one.account_id}`, wish);
      } catch (error) {
        $("state").textContent = error.message;
        $("state").hidden = false;
      }
      await showAttempts();
    };
    return element("li", {},
      element("span", { textContent: `${one.again ?? `A new ${one.provider} account`} waits: ${one.checkpoint}` }),
      act === "scan" && !one.again && !one.pairing_code ? number : null,
      act && element("button", { type: "button", className: "quiet", textContent: words, onclick: () => doing({ do: act, phone_number: number.value }) }),
      act === "scan" ? element("button", { type: "button", className: "quiet", textContent: "Let it expire", onclick: () => doing({ do: "expire" }) }) : null);
  }));
}
