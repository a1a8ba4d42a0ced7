// What the person does in a conversation: write, send files, and everything in the menu of a message.

import { $, account, ask, dialogForm, element, notice, open, options, people, spaced, state } from "./dom.js";
import { choose, showMessages, takeDelivery } from "./thread.js";

const quick = ["👍", "❤️", "😂", "🙏"];
const fates = {
  at_once: "it is there at once", slow: "it takes five seconds", failing: "the first two tries fail",
  later: "it is called unavailable, and comes later", missing: "it is missing (404)", expired: "it has expired (410)",
};
const mediaWords = {
  voice: "Voice note", once: "Photo to be seen once", gone: "Video that is gone", file: "PDF file", gif: "GIF",
  unsupported: "Place or poll",
};

async function send(extra = {}) {
  const text = $("text").value.trim();
  if (!state.chatId || (!text && !extra.media)) return;
  $("send").disabled = true;
  try {
    const said = { text, as: $("persona").value, quoting: state.quoting?.id ?? null, ...extra };
    const { message_id: id } = await ask(`/play/chats/${state.chatId}/messages`, said);
    state.touched.add(id);
    $("text").value = "";
    answer(null);
    tellFate(id);
    $("log").scrollTop = $("log").scrollHeight;
  } finally {
    $("send").disabled = false;
    $("text").focus();
  }
}

function tellFate(id) {
  const message = state.messages.find((one) => one.id === id);
  if (message?.deliveries.length) message.deliveries.forEach((delivery) => takeDelivery({ delivery }));
  else if (account()?.status !== "OK") notice("The account is not connected: this waits until it is.");
  else notice("Nobody has registered a webhook for this.");
}

function answer(message) {
  state.quoting = message;
  $("answering").hidden = message === null;
  $("answering-text").textContent = message ? `Answers: ${message.text || message.attachments[0]?.word || "a message"}` : "";
}

$("answering-stop").addEventListener("click", () => { answer(null); $("text").focus(); });
$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send().catch((error) => notice(error.message, "notice problem"));
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("composer").requestSubmit(); }
  if (event.key === "Escape" && state.quoting) answer(null);
});
$("persona").addEventListener("change", () => { state.persona[state.chatId] = $("persona").value; showMessages(); });

// Files

$("attach").addEventListener("click", () => {
  $("media").replaceChildren(...state.choices.media.map((name, at) => element("label", { className: "tile" },
    element("input", { type: "radio", name: "media", value: name, defaultChecked: at === 0 }),
    element("span", { textContent: mediaWords[name] ?? spaced(name) }))));
  options($("fate"), state.choices.fates.map((name) => [name, fates[name] ?? spaced(name)]));
  open($("attachments"));
});
dialogForm($("attachments"), (fields) => send(fields));

// The menu of a message

async function act(message, document) {
  state.touched.add(message.id);
  const answered = await ask(`/play/messages/${message.id}`, document);
  if (answered.message_id !== message.id) {
    state.touched.add(answered.message_id);
    if (answered.chat_id !== state.chatId) await choose(answered.chat_id);
  }
  tellFate(answered.message_id);
}

function report(work) {
  return work.catch((error) => notice(error.message, "notice problem"));
}

export function openMenu(button, message) {
  const persona = $("persona").value;
  const doing = (document) => () => { $("menu").hidePopover(); report(act(message, { as: persona, ...document })); };
  const item = (textContent, onclick, className = "item") => element("button", { type: "button", className, textContent, onclick });
  const asking = (kind) => () => { $("menu").hidePopover(); askFor(kind, message); };
  const items = message.deleted ? [] : [
    element("div", { className: "quick" },
      ...quick.map((value) => element("button", { type: "button", className: "emoji", textContent: value, ariaLabel: `React with ${value}`, onclick: doing({ act: "react", value }) })),
      element("button", { type: "button", className: "emoji", textContent: "+", ariaLabel: "Another reaction, or none", onclick: asking("react") })),
    item("Answer", () => { $("menu").hidePopover(); answer(message); $("text").focus(); }),
    item("Forward…", asking("forward")),
    message.text ? item("Edit…", asking("edit")) : null,
    item("Delete for everyone", doing({ act: "delete" }), "item danger"),
  ];
  if (message.own) {
    items.push(item("Reached the other side", doing({ act: "deliver" })));
    items.push(item("Was read…", asking("read")));
  }
  if (items.length === 0) items.push(element("p", { className: "hint", textContent: "Nothing more can become of it." }));
  $("menu").replaceChildren(...items.filter(Boolean));
  $("menu").showPopover();
  const place = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = $("menu");
  $("menu").style.left = `${Math.max(8, Math.min(place.left, innerWidth - width - 8))}px`;
  $("menu").style.top = `${Math.max(8, place.bottom + height + 8 > innerHeight ? place.top - height - 4 : place.bottom + 4)}px`;
  $("menu").querySelector("button")?.focus();
  $("menu").onkeydown = (event) => { if (event.key === "Escape") button.focus(); };
}

// One dialog asks what a menu's entry needs to know.
const questions = {
  react: { title: "React", button: "React", fields: ["emoji", "by"] },
  edit: { title: "Edit the message", button: "Save", fields: ["text"] },
  forward: { title: "Forward the message", button: "Forward", fields: ["chat", "by"] },
  read: { title: "Who has read it?", button: "Mark as read", fields: ["by"] },
};
let asked = null;

function askFor(kind, message) {
  asked = { kind, message };
  const question = questions[kind];
  $("words-form").reset();
  $("words-title").textContent = question.title;
  $("words-do").textContent = question.button;
  for (const field of ["text", "emoji", "chat", "by"]) $(`words-${field}`).hidden = !question.fields.includes(field);
  $("words-form").elements.value.value = message.text;
  const known = kind === "forward" ? [["other", "whom the other conversation is with"], ["phone", "the account's own phone"]]
    : people().filter(([id]) => kind !== "read" || id !== "phone");
  const persona = $("persona").value;
  options($("words-as"), known, known.some(([id]) => id === persona) ? persona : known[0][0]);
  options($("words-chats"), state.chats.map((one) => [one.id, one.name]));
  open($("words"));
}

dialogForm($("words"), (fields) => {
  const { kind, message } = asked;
  const value = kind === "react" ? fields.emoji : fields.value;
  return act(message, { act: kind, value, as: fields.as, chat_id: fields.chat_id });
});
