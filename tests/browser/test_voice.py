"""A voice message from the microphone to the other end: recorded, listened to, sent, or thrown away."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.browser.conftest import Screen, Stack
from tests.browser.test_acts import until
from tests.browser.test_thread import chat_with
from tests.browser.test_touch import Finger

# Plays what was recorded up to its end, and answers how long that was.
LISTENED = """(sound) => new Promise((resolve, reject) => {
    sound.onended = () => resolve(sound.currentTime);
    sound.onerror = () => reject(sound.error);
    sound.play().catch(reject);
})"""


async def test_a_voice_message_is_recorded_listened_to_and_sent_or_thrown_away(
    stack: Stack, screen: Screen
) -> None:
    chat = chat_with(stack, "Ana", "+34600000118")
    stack.simulator.customer_writes(chat, "Hello?")
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    staged = page.get_by_role("list", name="Files to send")
    record = page.get_by_role("button", name="Record a voice message")
    recording = page.get_by_role("group", name=re.compile("Recording, 0:0[1-9]"))
    send = page.get_by_role("button", name="Send", exact=True)

    await record.click()
    await recording.wait_for()
    await expect(send).to_be_disabled()
    await page.get_by_role("button", name="Discard the recording").click()
    await expect(record).to_be_enabled()
    await expect(staged).to_have_count(0)
    await expect(send).to_be_disabled()

    # Neither Escape nor leaving the conversation loses what was said.
    await record.click()
    await recording.wait_for()
    await page.keyboard.press("Escape")
    await expect(staged).to_have_count(1)
    await staged.get_by_role("button", name=re.compile("Remove")).click()
    await record.click()
    await recording.wait_for()
    await page.evaluate("history.back()")
    await expect(staged).to_have_count(0)
    await screen.open_conversation("Ana")
    sound = staged.get_by_label("Listen to the recording")
    assert await sound.evaluate(LISTENED) > 0.5
    await expect(record).to_be_disabled()
    await send.click()
    await expect(staged).to_have_count(0)
    await until(lambda: len(stack.simulator.sent) == 1)
    [sent] = stack.simulator.sent
    assert [(file.voice_note, (file.size_bytes or 0) > 0) for file in sent.files] == [(True, True)]
    await page.get_by_role("log").get_by_role("button", name="Play Voice message").wait_for()


async def test_a_finger_on_the_microphone_records_until_it_is_lifted(stack: Stack, phone: Screen) -> None:
    stack.simulator.customer_writes(chat_with(stack, "Ana", "+34600000118"), "Hello?")
    page = phone.page
    finger = Finger(page, await phone.context.new_cdp_session(page))
    await phone.log_in(stack.url)
    await phone.open_conversation("Ana")
    staged = page.get_by_role("list", name="Files to send")
    record = page.get_by_role("button", name="Record a voice message")
    recording = page.get_by_role("group", name=re.compile("Recording, 0:0[1-9]"))

    # Slid away, and back again, it is kept; lifted away from the microphone it is not.
    place = await finger.rest_on(record)
    await recording.wait_for()
    away = (place[0] + 60, place[1] - 200)
    await finger.slide(place, away)
    await page.get_by_text("Let go to discard it").wait_for()
    await finger.slide(away, place)
    await page.get_by_text("Let go to keep it").wait_for()
    await finger.lift()
    assert await staged.get_by_label("Listen to the recording").evaluate(LISTENED) > 0.5
    await staged.get_by_role("button", name=re.compile("Remove")).tap()
    await expect(record).to_be_enabled()

    place = await finger.rest_on(record)
    await recording.wait_for()
    await finger.slide(place, away)
    await page.get_by_text("Let go to discard it").wait_for()
    await finger.lift()
    await expect(record).to_be_enabled()
    await expect(staged).to_have_count(0)

    await record.tap()
    await recording.wait_for()
    await page.get_by_role("button", name="Stop recording").tap()
    await expect(staged).to_have_count(1)


async def test_a_conversation_is_begun_with_a_voice_message(stack: Stack, screen: Screen) -> None:
    stack.simulator.customer_writes(chat_with(stack, "Ana", "+34600000118"), "Hello?")
    page = screen.page
    await screen.log_in(stack.url)
    await page.get_by_role("option", name="Ana").wait_for()
    await page.get_by_role("button", name="New conversation").click()
    dialog = page.get_by_role("dialog", name="New conversation")
    await dialog.get_by_role("combobox", name="To").fill("Ana")
    await dialog.get_by_role("option", name="Ana").click()
    send = dialog.get_by_role("button", name="Send", exact=True)
    staged = dialog.get_by_role("list", name="Files to send")
    record = dialog.get_by_role("button", name="Record a voice message")
    await dialog.locator("input[type=file]").set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"at nine"}
    )
    await expect(record).to_be_disabled()
    await staged.get_by_role("button", name="Remove plan.txt").click()

    await record.click()
    await dialog.get_by_role("group", name=re.compile("Recording, 0:0[1-9]")).wait_for()
    await expect(send).to_be_disabled()
    await page.keyboard.press("Escape")
    await expect(staged.get_by_label("Listen to the recording")).to_have_count(1)
    await expect(record).to_be_disabled()
    await send.click()
    await until(lambda: len(stack.simulator.sent) == 1)
    [sent] = stack.simulator.sent
    assert [(file.voice_note, (file.size_bytes or 0) > 0) for file in sent.files] == [(True, True)]
    await page.get_by_role("log").get_by_role("button", name="Play Voice message").wait_for()
