// The page only shows what the server tells it: it asks for lists, listens to one stream, and posts what is typed.

import { $, account, ask, element, initials, state, time, tone } from "./dom.js";
import { showAttempts } from "./attempts.js";
import { openLink, showMachinery } from "./panels.js";
import { choose, takeDelivery, takeMessage } from "./thread.js";

const providers = { WHATSAPP: "WhatsApp", LINKEDIN: "LinkedIn", INSTAGRAM: "Instagram", TELEGRAM: "Telegram" };

async function loadAccounts() {
  const { accounts, links } = await ask("/play/accounts");
  const kept = accounts.some((one) => one.id === state.accountId) ? state.accountId : accounts[0]?.id ?? "";
  Object.assign(state, { accounts, links, accountId: kept });
  $("account").replaceChildren(...accounts.map((one) => element("option", {
    value: one.id,
    title: one.address,
    textContent: `${one.name} · ${providers[one.type] ?? one.type}${one.status === "OK" ? "" : ` (${one.status})`}`,
  })));
  $("account").value = kept;
  showAccount();
  await showAttempts();
  await loadChats();
}

function showAccount() {
  const one = account();
  $("stranger-phone").hidden = !one?.address.startsWith("+");
  $("new-stranger").disabled = $("open-machinery").disabled = !one;
  const remarks = state.remark ? [state.remark] : [];
  if (one && one.status !== "OK") remarks.push(`Not connected (${one.status}): what happens is told once it is OK again.`);
  if (one && one.dialect !== "live") remarks.push(`Spells its webhooks as “${one.dialect}”.`);
  if (one?.mirrored) remarks.push("Tells everything twice.");
  if (state.links.length) remarks.push("Somebody waits behind a link to connect an account.");
  $("state").textContent = remarks.join(" ");
  $("state").hidden = remarks.length === 0;
  if ($("machinery").open) showMachinery();
}

async function loadChats() {
  const query = `${new URLSearchParams({ account_id: state.accountId, search: state.search })}`;
  state.asked = query;
  const { chats } = await ask(`/play/chats?${query}`);
  if (state.asked !== query) return;
  state.chats = chats;
  showChats();
}

function showChats() {
  const focused = document.activeElement?.dataset?.chatId;
  $("chats").replaceChildren(...state.chats.map((chat) => {
    const button = element("button", { type: "button", className: "chat", onclick: () => choose(chat.id), dataset: { chatId: chat.id } },
      element("span", { className: tone(chat.id), textContent: initials(chat.name), ariaHidden: "true" }),
      element("span", { className: "names" },
        element("span", { className: "chat-name", dir: "auto", textContent: chat.name }),
        element("span", { className: "chat-preview", dir: "auto", textContent: chat.preview })),
      element("span", { className: "chat-time", textContent: chat.timestamp ? time.format(new Date(chat.timestamp)) : "" }));
    button.setAttribute("aria-current", String(chat.id === state.chatId));
    return element("li", {}, button);
  }));
  if (focused) $("chats").querySelector(`[data-chat-id="${focused}"]`)?.focus();
  $("no-chats").hidden = state.chats.length > 0;
  $("no-chats").textContent = state.search ? "Nobody of that name or number." : state.accountId
    ? "Nobody has written yet." : "No account is connected.";
}

function place(chat) {
  if (chat.account_id !== state.accountId) return;
  const rest = state.chats.filter((one) => one.id !== chat.id);
  if (rest.length === state.chats.length && state.search) return;
  state.chats = [...rest, chat].sort((one, other) => (other.timestamp ?? "").localeCompare(one.timestamp ?? ""));
  showChats();
}

$("back").addEventListener("click", () => { $("app").dataset.pane = "list"; });
$("account").addEventListener("change", () => {
  state.accountId = $("account").value;
  state.chatId = "";
  $("app").classList.add("unchosen");
  loadAccounts();
});
$("search").addEventListener("input", () => { state.search = $("search").value; loadChats(); });

// The stream

function listen() {
  const stream = new EventSource("/play/stream");
  stream.onopen = () => {
    $("live").textContent = "Live";
    loadAccounts().then(() => state.chatId && choose(state.chatId));
  };
  stream.onerror = () => { $("live").textContent = "Reconnecting…"; };
  stream.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "message") { place(event.chat); takeMessage(event); }
    else if (event.type === "delivery") takeDelivery(event);
    else loadAccounts();
  };
}

// Whoever comes by a link to connect an account is asked to at once.
async function followLink() {
  const wanted = new URLSearchParams(location.search).get("connect");
  if (!wanted) return;
  const { links } = await ask("/play/accounts");
  const link = links.find((one) => one.id === wanted);
  if (link) openLink(link);
  else state.remark = "The link that led here was used already, or is not known.";
}

document.addEventListener("accounts", loadAccounts);
state.choices = await ask("/play/choices");
await followLink();
listen();
