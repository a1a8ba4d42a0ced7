// The page only shows what the server tells it: it asks for lists, listens to one stream, and posts what is typed.

const $ = (id) => document.getElementById(id);
const state = { accountId: "", chatId: "", chats: [], messages: [], persona: {}, sent: new Set(), search: "", asked: "" };

async function ask(path, document) {
  const response = await fetch(path, document === undefined ? {} : {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(document),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

const providers = { WHATSAPP: "WhatsApp", LINKEDIN: "LinkedIn", INSTAGRAM: "Instagram" };
const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

function initials(name) {
  const words = name.replace(/[^\p{L}\p{N}\s+]/gu, "").trim().split(/\s+/).filter(Boolean);
  return (words.length > 1 ? [...words[0]][0] + [...words.at(-1)][0] : [...(words[0] ?? "?")].slice(0, 2).join("")).toUpperCase();
}

function tone(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 7919;
  return `avatar tone-${sum % 7}`;
}

function outcome(delivery) {
  const took = delivery.milliseconds === null ? "" : ` in ${delivery.milliseconds < 10 ? delivery.milliseconds : Math.round(delivery.milliseconds)} ms`;
  const answer = delivery.status === null ? delivery.error : `${delivery.status}${took}`;
  if (delivery.tries === 0) return "Webhook is leaving…";
  if (delivery.state === "delivered") return `Webhook answered ${answer}${delivery.tries > 1 ? `, try ${delivery.tries}` : ""}`;
  if (delivery.state === "lost") return `Webhook given up after ${delivery.tries} tries: ${answer}`;
  return `Webhook not accepted: ${answer}. Try ${delivery.tries + 1} of 6 follows`;
}

// Conversations

async function loadAccounts() {
  const { accounts } = await ask("/play/accounts");
  const kept = accounts.some((one) => one.id === state.accountId) ? state.accountId : accounts[0]?.id ?? "";
  $("account").replaceChildren(...accounts.map((one) => element("option", {
    value: one.id,
    title: one.address,
    textContent: `${one.name} · ${providers[one.type] ?? one.type}${one.status === "OK" ? "" : ` (${one.status})`}`,
  })));
  $("account").value = kept;
  state.accountId = kept;
  $("stranger-phone").hidden = !accounts.find((one) => one.id === kept)?.address.startsWith("+");
  $("new-stranger").disabled = !kept;
  await loadChats();
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
    const button = element("button", { type: "button", className: "chat", onclick: () => choose(chat.id) },
      element("span", { className: tone(chat.id), textContent: initials(chat.name), ariaHidden: "true" }),
      element("span", { className: "names" },
        element("span", { className: "chat-name", dir: "auto", textContent: chat.name }),
        element("span", { className: "chat-preview", dir: "auto", textContent: chat.preview })),
      element("span", { className: "chat-time", textContent: chat.timestamp ? time.format(new Date(chat.timestamp)) : "" }));
    button.dataset.chatId = chat.id;
    button.setAttribute("aria-current", String(chat.id === state.chatId));
    return element("li", {}, button);
  }));
  if (focused) $("chats").querySelector(`[data-chat-id="${focused}"]`)?.focus();
  $("no-chats").hidden = state.chats.length > 0;
  $("no-chats").textContent = state.search ? "Nobody of that name or number." : state.accountId
    ? "Nobody has written yet." : "No account is connected.";
}

function moveUp(chat) {
  if (chat.account_id !== state.accountId) return;
  const rest = state.chats.filter((one) => one.id !== chat.id);
  if (rest.length === state.chats.length && state.search) return;
  state.chats = [chat, ...rest];
  showChats();
}

// One conversation

async function choose(chatId) {
  state.chatId = chatId;
  const { chat, messages } = await ask(`/play/chats/${chatId}`);
  if (state.chatId !== chatId) return;
  state.messages = messages;
  $("name").textContent = chat.name;
  $("avatar").className = tone(chat.id);
  $("avatar").textContent = initials(chat.name);
  $("address").textContent = chat.is_group ? `Group, ${chat.members.length} people and the account` : chat.members[0].address;
  $("persona").replaceChildren(
    ...chat.members.map((one) => element("option", { value: one.id, textContent: one.name })),
    element("option", { value: "phone", textContent: "the account's own phone" }));
  $("persona").value = state.persona[chatId] ?? chat.members[0].id;
  notice("");
  $("app").classList.remove("unchosen");
  $("app").dataset.pane = "thread";
  showChats();
  showMessages();
  if (matchMedia("(min-width: 721px)").matches) $("text").focus();
}

function bubble(message, mine, first) {
  const media = message.attachments.map((word) => element("span", { className: "media", textContent: word }));
  const words = message.deleted ? "Message deleted" : message.text;
  const marks = [message.edited ? "edited" : "", message.reactions.join(" "), time.format(new Date(message.timestamp))];
  return element("li", { className: `bubble${mine ? " mine" : ""}${first ? " first" : ""}` },
    first ? element("span", { className: "sender", dir: "auto", textContent: message.own && message.origin === "phone" ? `${message.sender} (phone)` : message.sender }) : null,
    message.quoted ? element("span", { className: "quoted", dir: "auto", textContent: message.quoted }) : null,
    ...media,
    words ? element("span", { className: "words", dir: "auto", textContent: words }) : null,
    element("span", { className: "meta", textContent: marks.filter(Boolean).join(" · ") }));
}

function showMessages() {
  const log = $("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80 || $("messages").childElementCount === 0;
  const persona = $("persona").value;
  const rows = [];
  let before = null;
  for (const message of state.messages) {
    const today = day.format(new Date(message.timestamp));
    if (!before || day.format(new Date(before.timestamp)) !== today) rows.push(element("li", { className: "day", textContent: today }));
    const mine = persona === "phone" ? message.own : message.sender_id === persona;
    rows.push(bubble(message, mine, !before || before.sender_id !== message.sender_id));
    for (const delivery of message.deliveries) {
      if (state.sent.has(message.id) || delivery.state !== "delivered") {
        rows.push(element("li", { className: `result ${delivery.state}${mine ? "" : " theirs"}`, textContent: outcome(delivery) }));
      }
    }
    before = message;
  }
  $("messages").replaceChildren(...rows);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function takeMessage({ chat, message }) {
  moveUp(chat);
  if (message.chat_id !== state.chatId) return;
  const at = state.messages.findIndex((one) => one.id === message.id);
  if (at < 0) state.messages.push(message);
  else state.messages[at] = { ...message, deliveries: state.messages[at].deliveries };
  showMessages();
}

function takeDelivery({ delivery }) {
  const message = state.messages.find((one) => one.id === delivery.message_id);
  if (message) {
    message.deliveries = [...message.deliveries.filter((one) => one.number !== delivery.number), delivery];
    showMessages();
  }
  if (state.sent.has(delivery.message_id) && message) {
    // Beside the message it is there to see; here it is there to hear.
    notice(outcome(delivery), "hidden");
  }
}

// Writing

function notice(text, className = "notice") {
  $("notice").textContent = text;
  $("notice").className = className;
}

async function send() {
  const text = $("text").value.trim();
  if (!text || !state.chatId) return;
  $("send").disabled = true;
  try {
    const { message_id: id } = await ask(`/play/chats/${state.chatId}/messages`, { text, as: $("persona").value });
    state.sent.add(id);
    $("text").value = "";
    const message = state.messages.find((one) => one.id === id);
    if (message?.deliveries.length) message.deliveries.forEach((delivery) => takeDelivery({ delivery }));
    else notice("Nobody has registered a webhook for this.");
    $("log").scrollTop = $("log").scrollHeight;
  } catch (error) {
    notice(error.message, "notice problem");
  } finally {
    $("send").disabled = false;
    $("text").focus();
  }
}

$("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
});
$("persona").addEventListener("change", () => { state.persona[state.chatId] = $("persona").value; showMessages(); });
$("back").addEventListener("click", () => { $("app").dataset.pane = "list"; });
$("account").addEventListener("change", () => {
  state.accountId = $("account").value;
  state.chatId = "";
  $("app").classList.add("unchosen");
  loadAccounts();
});
$("search").addEventListener("input", () => { state.search = $("search").value; loadChats(); });

$("new-stranger").addEventListener("click", () => {
  $("stranger-form").reset();
  $("stranger-problem").textContent = "";
  $("stranger").showModal();
});
$("stranger-cancel").addEventListener("click", () => $("stranger").close());
$("stranger-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(event.target));
  try {
    const { chat_id: chatId, message_id: id } = await ask("/play/strangers", { ...fields, account_id: state.accountId });
    state.sent.add(id);
    $("stranger").close();
    await loadChats();
    await choose(chatId);
  } catch (error) {
    $("stranger-problem").textContent = error.message;
  }
});

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
    if (event.type === "message") takeMessage(event);
    else if (event.type === "delivery") takeDelivery(event);
    else loadAccounts();
  };
}

$("app").classList.add("unchosen");
listen();
