// One conversation: its messages, what became of them, and how their webhooks fared.

import { $, ask, day, element, initials, notice, options, people, state, time, tone } from "./dom.js";
import { openMenu } from "./composer.js";

const receipts = { sent: "✓", delivered: "✓✓", read: "✓✓ read" };

export function outcome(delivery) {
  const took = delivery.milliseconds === null ? "" : ` in ${delivery.milliseconds < 10 ? delivery.milliseconds : Math.round(delivery.milliseconds)} ms`;
  const answer = delivery.status === null ? delivery.error : `${delivery.status}${took}`;
  const what = delivery.event === "message_received" ? "Webhook" : delivery.event;
  if (delivery.state === "dropped") return `${what} was dropped, as asked`;
  if (delivery.tries === 0) return `${what} is leaving…`;
  if (delivery.state === "delivered") return `${what} answered ${answer}${delivery.tries > 1 ? `, try ${delivery.tries}` : ""}`;
  if (delivery.state === "lost") return `${what} given up after ${delivery.tries} tries: ${answer}`;
  return `${what} not accepted: ${answer}. Try ${delivery.tries + 1} of 6 follows`;
}

export async function choose(chatId) {
  state.chatId = chatId;
  const { chat, messages } = await ask(`/play/chats/${chatId}`);
  if (state.chatId !== chatId) return;
  Object.assign(state, { chat, messages, quoting: null });
  $("answering").hidden = true;
  showHead();
  notice("");
  $("app").classList.remove("unchosen");
  $("app").dataset.pane = "thread";
  for (const one of document.querySelectorAll(".chat")) one.setAttribute("aria-current", String(one.dataset.chatId === chatId));
  $("messages").replaceChildren();
  showMessages();
  if (matchMedia("(min-width: 721px)").matches) $("text").focus();
}

export function showHead() {
  const { chat } = state;
  $("name").textContent = chat.name;
  $("avatar").className = tone(chat.id);
  $("avatar").textContent = initials(chat.name);
  $("address").textContent = chat.is_group ? `Group, ${chat.members.length} people and the account` : chat.members[0].address;
  const known = people();
  const kept = known.some(([id]) => id === state.persona[chat.id]) ? state.persona[chat.id] : known[0][0];
  options($("persona"), known, kept);
}

// Room is kept before the bytes are there, so that nothing moves when they come.
const box = ({ width, height }) => (width && height ? { width, height } : {});

function media(one) {
  if (!one.url) return element("span", { className: "media", textContent: `${one.word} (gone)` });
  const label = one.withheld ? `${one.word} (the receiver cannot have it yet)` : one.word;
  if (one.type === "img") {
    return element("img", { className: one.small ? "picture small" : "picture", src: one.url, alt: label, ...box(one) });
  }
  if (one.type === "video") {
    return element("video", { className: "picture", src: one.url, controls: !one.loops, loop: one.loops, muted: one.loops, autoplay: one.loops,
      preload: "metadata", ariaLabel: label, ...box(one) });
  }
  if (one.type === "audio") return element("audio", { src: one.url, controls: true, preload: "none", ariaLabel: label });
  return element("a", { className: "file", href: one.url, target: "_blank", rel: "noreferrer", textContent: label, dir: "auto" });
}

function bubble(message, mine, first) {
  const words = message.deleted ? "Message deleted" : message.text;
  const empty = !message.deleted && !words && message.attachments.length === 0;
  const marks = [
    message.forwarded ? "forwarded" : "", message.view_once ? "to be seen once" : "", message.edited ? "edited" : "",
    time.format(new Date(message.timestamp)), receipts[message.receipt] ?? "",
  ];
  const reactions = message.reactions.map((one) => element("span", { className: "reaction", textContent: one.value, title: one.sender }));
  const menu = element("button", { type: "button", className: "more", ariaLabel: "What becomes of this message", textContent: "⋯" });
  menu.addEventListener("click", () => openMenu(menu, message));
  menu.setAttribute("aria-haspopup", "dialog");
  const withheld = message.attachments.some((one) => one.withheld && one.url);
  const box = element("div", { className: `bubble${mine ? " mine" : ""}` },
    first ? element("span", { className: "sender", dir: "auto", textContent: message.own && message.origin === "phone" ? `${message.sender} (phone)` : message.sender }) : null,
    message.quoted ? element("span", { className: "quoted", dir: "auto", textContent: message.quoted }) : null,
    ...message.attachments.map(media),
    withheld ? element("span", { className: "media", textContent: "The receiver cannot have it at once" }) : null,
    empty ? element("span", { className: "media", textContent: "A kind the service cannot hand on" }) : null,
    words ? element("span", { className: message.deleted ? "words faint" : "words", dir: "auto", textContent: words }) : null,
    element("span", { className: "meta", textContent: marks.filter(Boolean).join(" · ") }),
    reactions.length ? element("span", { className: "reactions" }, ...reactions) : null);
  return element("li", { className: `row${mine ? " mine" : ""}${first ? " first" : ""}`, dataset: { messageId: message.id } }, box, menu);
}

export function showMessages() {
  const log = $("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80 || $("messages").childElementCount === 0;
  const focused = document.activeElement?.closest?.("[data-message-id]")?.dataset.messageId;
  const persona = $("persona").value;
  const rows = [];
  let before = null;
  for (const message of state.messages) {
    const today = day.format(new Date(message.timestamp));
    if (!before || day.format(new Date(before.timestamp)) !== today) rows.push(element("li", { className: "day", textContent: today }));
    const mine = persona === "phone" ? message.own : message.sender_id === persona;
    if (message.event) rows.push(element("li", { className: "day event", dir: "auto", textContent: message.text }));
    else rows.push(bubble(message, mine, !before || before.event || before.sender_id !== message.sender_id));
    for (const delivery of message.deliveries) {
      if (state.touched.has(message.id) || !["delivered"].includes(delivery.state)) {
        rows.push(element("li", { className: `result ${delivery.state}${mine || message.event ? "" : " theirs"}`, textContent: outcome(delivery) }));
      }
    }
    before = message;
  }
  $("messages").replaceChildren(...rows);
  if (focused) $("messages").querySelector(`[data-message-id="${focused}"] .more`)?.focus();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

export function takeMessage({ chat, message }) {
  if (message.chat_id !== state.chatId) return;
  const head = JSON.stringify([state.chat.name, state.chat.members]);
  state.chat = chat;
  if (head !== JSON.stringify([chat.name, chat.members])) showHead();
  const at = state.messages.findIndex((one) => one.id === message.id);
  if (at < 0) state.messages.push(message);
  else state.messages[at] = { ...message, deliveries: state.messages[at].deliveries };
  showMessages();
}

export function takeDelivery({ delivery }) {
  const message = state.messages.find((one) => one.id === delivery.message_id);
  if (!message) return;
  message.deliveries = [...message.deliveries.filter((one) => one.number !== delivery.number), delivery];
  showMessages();
  // Beside the message it is there to see; here it is there to hear.
  if (state.touched.has(delivery.message_id)) notice(outcome(delivery), "hidden");
}
