// Drives the simulator with the vendor's SDK and prints what came back as one JSON document.
// Usage: node run.cjs <origin> <api key> <webhook url> <chat id>

const { UnipileClient } = require("unipile-node-sdk");

const [origin, key, webhookUrl, chatId] = process.argv.slice(2);
const client = new UnipileClient(origin, key, {
  validateRequestPayload: true,
  validateRequestPayloadLevel: "error",
});
// Answers are held against the SDK's own schemas, but for these: it knows no WhatsApp specifics of a person, expects one
// header in place of a list in a webhook, and has no schema of raw bytes.
const unchecked = { validateRequestPayload: false };

async function everyPage(list) {
  const items = [];
  let cursor;
  do {
    const page = await list(cursor);
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return items.map((item) => item.id);
}

async function refusal(attempt) {
  try {
    await attempt();
  } catch (error) {
    return error.body.type;
  }
  return "not refused";
}

async function main() {
  const result = {};
  result.accounts = await everyPage((cursor) => client.account.getAll({ limit: 2, cursor }));
  result.account = (await client.account.getOne(result.accounts[0])).id;
  result.chats = await everyPage((cursor) => client.messaging.getAllChats({ limit: 4, cursor }));
  result.chat = (await client.messaging.getChat(chatId)).id;
  result.messages = await everyPage((cursor) => client.messaging.getAllMessages({ limit: 50, cursor }));
  result.chatMessages = await everyPage((cursor) =>
    client.messaging.getAllMessagesFromChat({ chat_id: chatId, limit: 3, cursor }));
  result.message = (await client.messaging.getMessage(result.chatMessages[0])).id;
  result.attendees = await everyPage((cursor) => client.messaging.getAllAttendees({ limit: 7, cursor }, unchecked));
  result.chatAttendees = (await client.messaging.getAllAttendeesFromChat(chatId, unchecked)).items.map((one) => one.id);
  result.attendee = (await client.messaging.getAttendee(result.attendees[0], unchecked)).id;
  result.chatsOfAttendee = (await client.messaging.getAllChatsFromAttendee({ attendee_id: result.chatAttendees[0] })).items.map((one) => one.id);

  const created = await client.webhook.create({
    source: "messaging",
    request_url: webhookUrl,
    name: "from the sdk",
    headers: [{ key: "Unipile-Auth", value: "sdk-secret" }],
    data: undefined,
  });
  result.created = created.webhook_id;
  result.webhooks = (await client.webhook.getAll(unchecked)).items.map((one) => one.id);

  const text = "Grüße aus dem SDK 👋\nzweite Zeile";
  const file = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
  const sent = await client.messaging.sendMessage({ chat_id: chatId, text, attachments: [["größe.bin", file]] });
  result.sent = sent.message_id;
  const read = await client.messaging.getMessage(sent.message_id);
  result.sentText = read.text;
  const attachment = await client.messaging.getMessageAttachment(
    { message_id: read.id, attachment_id: read.attachments[0].id }, unchecked);
  result.attachmentName = read.attachments[0].file_name;
  result.attachmentIsWhole = Buffer.from(await attachment.arrayBuffer()).equals(file);
  const answer = await client.messaging.sendMessage(
    { chat_id: chatId, text: "an answer", attachments: [["one.bin", file], ["two.bin", file]] },
    { extra_params: { quote_id: sent.message_id, typing_duration: 50 } });
  const answered = await client.messaging.getMessage(answer.message_id);
  result.answer = [answered.id, answered.quoted.provider_id === read.provider_id, answered.attachments.length];
  const phone = result.accounts.at(-1);
  result.profile = (await client.users.getProfile({ account_id: phone, identifier: "351910000405" })).id;
  result.nobody = await refusal(() => client.users.getProfile({ account_id: phone, identifier: "351910000404" }));
  const started = await client.messaging.startNewChat({
    account_id: result.accounts.at(-1), text: "hello", attendees_ids: ["33639980177@s.whatsapp.net"],
  });
  result.started = [started.chat_id, started.message_id];
  result.patched = (await client.messaging.setChatStatus({ chat_id: chatId, action: "setReadStatus", value: true })).object;
  result.deleted = (await client.webhook.delete(created.webhook_id)).object;
  result.refused = await refusal(() => client.messaging.getChat("nothing"));
  result.unauthorised = await refusal(() => new UnipileClient(origin, "wrong").account.getAll());
  console.log(JSON.stringify(result));
}

main().catch((error) => {
  console.error(error, JSON.stringify(error.body ?? null));
  process.exit(1);
});
