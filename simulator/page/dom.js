// What every part of the page works with: the state, the server, and small tools for elements.

export const $ = (id) => document.getElementById(id);

export const state = {
  accounts: [], accountId: "", links: [], chatId: "", chat: null, chats: [], messages: [], persona: {}, touched: new Set(),
  search: "", asked: "", quoting: null, choices: null, remark: "",
};

export async function ask(path, document, method = "POST") {
  const response = await fetch(path, document === undefined ? {} : {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(document),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

export function element(tag, properties = {}, ...children) {
  const { dataset, ...others } = properties;
  const made = Object.assign(document.createElement(tag), others);
  Object.assign(made.dataset, dataset);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function options(select, entries, chosen) {
  select.replaceChildren(...entries.map(([value, textContent]) => element("option", { value, textContent })));
  if (chosen !== undefined) select.value = chosen;
}

export const account = () => state.accounts.find((one) => one.id === state.accountId);

export const people = (chat = state.chat) => [
  ...chat.members.map((one) => [one.id, one.name]), ["phone", "the account's own phone"],
];

export const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
export const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export function spaced(word) {
  const text = word.replaceAll("_", " ");
  return text[0].toUpperCase() + text.slice(1);
}

export function initials(name) {
  const words = name.replace(/[^\p{L}\p{N}\s+]/gu, "").trim().split(/\s+/).filter(Boolean);
  return (words.length > 1 ? [...words[0]][0] + [...words.at(-1)][0] : [...(words[0] ?? "?")].slice(0, 2).join("")).toUpperCase();
}

export function tone(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 7919;
  return `avatar tone-${sum % 7}`;
}

export function notice(text, className = "notice") {
  $("notice").textContent = text;
  $("notice").className = className;
}

// A form in a dialog does its work when it is sent, and shows in its own words why it could not.
export function dialogForm(dialog, work) {
  const problem = dialog.querySelector(".problem");
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      await work(Object.fromEntries(new FormData(event.target)));
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
    }
  });
}

export function open(dialog) {
  for (const problem of dialog.querySelectorAll(".problem, .done")) problem.textContent = "";
  dialog.showModal();
}

for (const dialog of document.querySelectorAll("dialog")) {
  for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}
