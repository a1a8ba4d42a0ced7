// What happens to a group, strangers, and what goes on behind the scenes: connection, spelling, faults, links.

import { $, account, ask, dialogForm, element, open, options, people, spaced, state } from "./dom.js";
import { choose } from "./thread.js";

// Something happens in a conversation

const everywhere = { call: "Calls, and nobody answers", video_call: "Calls with video, and nobody answers", read: "Opens it and reads everything" };
const inGroups = {
  rename: "Renames the group", picture: "Changes the group's picture", add: "Adds somebody", remove: "Removes somebody",
  promote: "Makes somebody an admin", leave: "Leaves the group",
};

function showEventFields() {
  const event = $("event").value;
  $("event-value").hidden = event !== "rename";
  $("event-member").hidden = !["remove", "promote"].includes(event);
  $("event-person").hidden = event !== "add";
}

$("event").addEventListener("change", showEventFields);
$("open-events").addEventListener("click", () => {
  $("events-form").reset();
  options($("event"), Object.entries({ ...(state.chat.is_group ? inGroups : {}), ...everywhere }));
  options($("event-as"), people(), $("persona").value);
  options($("event-whom"), people());
  showEventFields();
  open($("events"));
});
dialogForm($("events"), (fields) => ask(`/play/chats/${state.chatId}/events`, fields));

// Strangers

$("new-stranger").addEventListener("click", () => { $("stranger-form").reset(); open($("stranger")); });
dialogForm($("stranger"), async (fields) => {
  const { chat_id: chatId, message_id: id } = await ask("/play/strangers", { ...fields, account_id: state.accountId });
  state.touched.add(id);
  await choose(chatId);
});

// Behind the scenes

const problem = $("machinery").querySelector(".problem");

async function doing(work, done) {
  problem.textContent = "";
  $("machinery-done").textContent = "";
  try {
    await work();
    document.dispatchEvent(new Event("accounts"));
    $("machinery-done").textContent = done;
  } catch (error) {
    problem.textContent = error.message;
  }
}

export function showMachinery() {
  const one = account();
  if (!one || !state.choices) return;
  const { statuses, told_only: toldOnly, dialects } = state.choices;
  options($("status"), [...statuses.map((word) => [word, word]), ...toldOnly.map((word) => [word, `${word} (only told)`])], one.status);
  $("status-hint").textContent = one.status === "OK" ? "Connected." : `Not connected: ${one.waiting} things wait to be told.`;
  const own = one.dialect === "own" ? [["own", "own"]] : [];
  options($("dialect"), [...dialects.map(({ name }) => [name, name]), ...own], one.dialect);
  $("dialect-hint").textContent = dialects.find(({ name }) => name === one.dialect)?.sentence ?? "Put together by hand.";
  $("mirror").checked = one.mirrored;
  $("links").replaceChildren(...state.links.map((link) => element("li", {},
    element("span", { textContent: link.account ? `Somebody is asked to reconnect ${link.account}` : `Somebody is asked to connect ${link.providers.join(", ")}` }),
    element("button", { type: "button", className: "quiet", textContent: "Follow the link", onclick: () => { $("machinery").close(); openLink(link); } }))));
}

async function showTrouble() {
  const trouble = await ask("/play/trouble");
  const fields = $("trouble-form").elements;
  fields.late_seconds.value = trouble.late_seconds;
  fields.disorder_seconds.value = trouble.disorder_seconds;
  fields.twice.value = trouble.twice * 100;
  fields.dropped.value = trouble.dropped * 100;
}

$("open-machinery").addEventListener("click", async () => {
  options($("elsewhere"), state.choices.elsewhere.map((word) => [word, spaced(word)]));
  options($("odd"), state.choices.oddities.map((word) => [word, spaced(word)]));
  showMachinery();
  await showTrouble();
  await showFaults(await ask("/play/faults"));
  open($("machinery"));
});
const change = (wish, done) => doing(() => ask(`/play/accounts/${state.accountId}`, wish), done);
$("status").addEventListener("change", () => change({ status: $("status").value }, `The account's status was told as ${$("status").value}.`));
$("dialect").addEventListener("change", () => change({ dialect: $("dialect").value }, `From now on: ${$("dialect").value}.`));
$("mirror").addEventListener("change", () => change({ mirror: $("mirror").checked }, "Set."));
$("elsewhere-send").addEventListener("click", () => change({ elsewhere: $("elsewhere").value }, `${$("elsewhere").value} was told.`));
$("odd-send").addEventListener("click", () => change({ odd: $("odd").value }, `${spaced($("odd").value)} was sent.`));

function setTrouble(fields, done) {
  return doing(async () => { await ask("/play/trouble", fields); await showTrouble(); }, done);
}

$("trouble-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const { twice, dropped, ...others } = Object.fromEntries(new FormData(event.target));
  setTrouble({ ...others, twice: twice / 100, dropped: dropped / 100 }, "Deliveries suffer from now on.");
});
$("trouble-none").addEventListener("click", () => setTrouble({}, "Deliveries go as they should."));

async function showFaults(faults) {
  const { waiting, kinds, types, echoes } = faults;
  options($("fault-kind"), kinds.map((word) => [word, spaced(word)]), $("fault-kind").value || "cut_after");
  options($("fault-types"), types.map((word) => [word, spaced(word)]), $("fault-types").value || "invalid_recipient");
  options($("fault-echo"), [["", "As ever"], ...echoes.map((word) => [word, spaced(word)])], $("fault-echo").value);
  $("fault-type").hidden = $("fault-kind").value !== "refused";
  $("fault-hint").textContent = waiting.length === 0 ? "Nothing waits." : `Waiting: ${waiting.map(({ kind, times }) => `${spaced(kind)} × ${times}`).join(", ")}.`;
}

$("fault-kind").addEventListener("change", () => { $("fault-type").hidden = $("fault-kind").value !== "refused"; });
$("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const { kind, type, echo } = Object.fromEntries(new FormData(event.target));
  const order = { kind, ...(kind === "refused" ? { type } : {}), ...(echo ? { echo } : {}) };
  doing(async () => showFaults(await ask("/play/faults", order)), "The next message meets it.");
});
$("fault-none").addEventListener("click", () => doing(async () => showFaults(await ask("/play/faults", {}, "DELETE")), "Messages go as they should."));

// A link to connect an account

let followed = null;

export function openLink(link) {
  followed = link;
  $("connect-form").reset();
  $("connect-new").hidden = link.account !== null;
  $("connect-text").textContent = link.account ? `${link.account} asks to be connected again.` : "This page plays the one where a person connects an account.";
  const every = ["WHATSAPP", "LINKEDIN", "TELEGRAM"];
  options($("connect-provider"), (link.providers[0].startsWith("*") ? every : link.providers).map((word) => [word, spaced(word.toLowerCase())]));
  open($("connect"));
}

async function follow(choice) {
  const { url } = await ask(`/play/links/${followed.id}`, choice);
  history.replaceState(null, "", "/");
  if (url) location.assign(url);
}

dialogForm($("connect"), follow);
$("connect-give-up").addEventListener("click", async () => {
  try {
    await follow({ give_up: true });
    $("connect").close();
  } catch (error) {
    $("connect").querySelector(".problem").textContent = error.message;
  }
});
