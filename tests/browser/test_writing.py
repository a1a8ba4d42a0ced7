"""A person writes: in the same frame on the screen, once at the other end, whatever happens in between."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from simulator.faults import Fault
from simulator.model import Chat
from tests.browser.accessibility import violations
from tests.browser.conftest import PATIENCE_SECONDS, Screen, Stack

SEND = "POST /chats/{chat_id}/messages"

# Counts frames from the press to the first one in which the bubble stands, and the time until its end.
ENTER_TO_BUBBLE = """async (text) => {
    const field = document.querySelector(".composer textarea");
    field.focus();
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
    set.call(field, text);
    field.dispatchEvent(new Event("input", {bubbles: true}));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const there = () => [...document.querySelectorAll("[role=log] article")].at(-1)?.textContent.includes(text);
    const start = performance.now();
    field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", code: "Enter", bubbles: true, cancelable: true}));
    await null;
    let frames = 0;
    while (!there()) { await new Promise(requestAnimationFrame); frames += 1; }
    const drawn = performance.now() - start;
    await new Promise((resolve) => requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel();
        port1.onmessage = resolve;
        port2.postMessage(0);
    }));
    return {frames, drawn, painted: performance.now() - start};
}"""


def chat_with(stack: Stack, name: str = "Ana", number: str = "+34600000118") -> Chat:
    chat = stack.simulator.direct_chat(stack.simulator.contact(stack.account, name, phone_number=number))
    stack.simulator.customer_writes(chat, "Hello?")
    return chat


def sent(stack: Stack) -> list[str | None]:
    return [one.text for one in stack.simulator.sent]


def field(page: Page) -> Any:
    return page.get_by_role("textbox", name="Write to")


def bubble(page: Page, text: str) -> Any:
    return page.get_by_role("log").get_by_role("article").filter(has_text=text)


async def has_sent(stack: Stack, *texts: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while sent(stack) != list(texts):
            await asyncio.sleep(0.05)


async def test_what_is_written_is_there_at_once_and_its_ticks_climb(stack: Stack, screen: Screen) -> None:
    receipts = ("message_delivered", "message_read")
    stack.simulator.webhook(stack.webhook_url, stack.webhook_secret, events=receipts, name="receipts")
    chat = chat_with(stack)
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    await screen.sees("Hello?")
    stack.simulator.faults.add(Fault(SEND, delay_seconds=1.5))
    measured = await page.evaluate(ENTER_TO_BUBBLE, "On its way")
    assert measured["frames"] == 0, measured
    written = bubble(page, "On its way")
    await expect(
        written.get_by_label("Waiting to be sent").or_(written.get_by_label("Being sent"))
    ).to_be_visible()
    await expect(page.get_by_role("option", name="Ana")).to_contain_text("On its way")
    await expect(written.get_by_label("Sent", exact=True)).to_be_visible()
    await expect(written.locator(".status")).to_have_attribute(
        "title", re.compile("Unipile answered|it was seen")
    )
    message = next(one for one in chat.messages.newest() if one.text == "On its way")
    stack.simulator.customer_receives(message)
    await expect(written.get_by_label("Delivered")).to_be_visible()
    stack.simulator.customer_reads(message)
    await expect(written.get_by_label("Read", exact=True)).to_be_visible()
    await expect(written).to_have_count(1)
    assert sent(stack) == ["On its way"]
    assert await violations(page) == []


async def test_with_the_server_down_it_waits_and_leaves_once_when_it_is_back(
    stack: Stack, screen: Screen
) -> None:
    chat_with(stack)
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    await screen.sees("Hello?")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await stack.stop_server()
    await page.get_by_text("Offline since").first.wait_for()
    for text in ("First", "Second"):
        await field(page).fill(text)
        await page.get_by_role("button", name="Queue").click()
        await expect(bubble(page, text)).to_contain_text("Kept on this device")
    await expect(page.get_by_text("2 things wait to be sent")).to_be_visible()
    await expect(page.locator(".fresh")).to_contain_text("2 to be sent")
    await page.reload()
    await screen.open_conversation("Ana")
    await expect(bubble(page, "First")).to_be_visible()
    assert sent(stack) == []
    await stack.start_server()
    await has_sent(stack, "First", "Second")
    await expect(bubble(page, "Second").get_by_label("Sent", exact=True)).to_be_visible()
    await expect(bubble(page, "First")).to_have_count(1)


async def test_two_tabs_send_once(stack: Stack, screen: Screen) -> None:
    chat_with(stack)
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    other = await screen.context.new_page()
    await other.goto(page.url)
    await other.get_by_role("log").get_by_text("Hello?", exact=True).wait_for()
    await stack.stop_server()
    for one in (page, other):
        await one.get_by_text("Offline since").first.wait_for()
    await field(page).fill("From the one")
    await page.keyboard.press("Enter")
    await expect(bubble(other, "From the one")).to_be_visible()
    await field(other).fill("From the other")
    await other.keyboard.press("Enter")
    await expect(bubble(page, "From the other")).to_be_visible()
    await stack.start_server()
    await has_sent(stack, "From the one", "From the other")
    for one in (page, other):
        await expect(bubble(one, "From the other").get_by_label("Sent", exact=True)).to_be_visible()
    assert sent(stack) == ["From the one", "From the other"]


async def test_a_draft_survives_and_appears_in_another_browser(
    stack: Stack, screen: Screen, browser: Browser
) -> None:
    chat_with(stack)
    chat_with(stack, "Rui", "+351910000222")
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    async with page.expect_response(lambda answer: answer.request.method == "PUT"):
        await field(page).fill("Half a sen")
    await screen.open_conversation("Rui")
    await expect(page.get_by_role("option", name="Ana")).to_contain_text("Draft: Half a sen")
    await page.reload()
    await screen.open_conversation("Ana")
    await expect(field(page)).to_have_value("Half a sen")
    context = await browser.new_context()
    elsewhere = Screen(context, await context.new_page(), [], [])
    await elsewhere.log_in(stack.url)
    await elsewhere.open_conversation("Ana")
    await expect(field(elsewhere.page)).to_have_value("Half a sen")
    await field(elsewhere.page).fill("Half a sentence")
    await expect(field(page)).to_have_value("Half a sentence")
    await page.get_by_role("button", name="Put back yours").click()
    await expect(field(elsewhere.page)).to_have_value("Half a sen")
    await field(page).press("Enter")
    await expect(field(elsewhere.page)).to_have_value("")
    await has_sent(stack, "Half a sen")
    await context.close()


async def test_what_was_refused_says_why_and_leaves_when_it_is_tried_again(
    stack: Stack, screen: Screen
) -> None:
    chat_with(stack)
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    stack.simulator.faults.add(Fault.refusal(SEND, "blocked_recipient"))
    await field(page).fill("Are you there?")
    await page.keyboard.press("Enter")
    refused = bubble(page, "Are you there?")
    await expect(refused).to_contain_text("Not sent: The recipient cannot be written to")
    await expect(page.get_by_role("option", name="Ana")).to_contain_text("Not sent:")
    assert await violations(page) == []
    await refused.get_by_role("button", name="Send again").click()
    await expect(refused.get_by_label("Sent", exact=True)).to_be_visible()
    assert sent(stack) == ["Are you there?"]


async def test_an_answer_names_its_message_and_a_file_goes_with_its_caption(
    stack: Stack, screen: Screen, tmp_path: Path
) -> None:
    chat = chat_with(stack)
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    await screen.sees("Hello?")
    await bubble(page, "Hello?").focus()
    await page.keyboard.press("r")
    await expect(page.get_by_label("Answer to Ana")).to_contain_text("Hello?")
    async with page.expect_response(lambda answer: answer.request.method == "PUT"):
        await page.keyboard.type("Yes, see here")
    note = tmp_path / "offer.txt"
    note.write_text("Twenty lamps", encoding="utf-8")
    async with page.expect_response(lambda answer: answer.request.method == "PUT"):
        async with page.expect_file_chooser() as chooser:
            await page.get_by_role("button", name="Attach files").click()
        await (await chooser.value).set_files(note)
        await expect(page.get_by_role("list", name="Files to send")).to_contain_text("offer.txt")
    await page.reload()
    await screen.open_conversation("Ana")
    await expect(page.get_by_role("list", name="Files to send")).to_contain_text("offer.txt")
    assert await violations(page) == []
    await field(page).press("Enter")
    await has_sent(stack, "Yes, see here")
    (one,) = stack.simulator.sent
    assert [file.name for file in one.files] == ["offer.txt"]
    assert one.quoted_id == next(found.id for found in chat.messages.newest() if found.text == "Hello?")
    await expect(bubble(page, "Yes, see here")).to_contain_text("offer.txt")


async def test_an_emoji_is_found_and_put_where_the_cursor_is(stack: Stack, screen: Screen) -> None:
    chat_with(stack)
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    await field(page).fill("Well done!")
    await page.keyboard.press("Home")
    await page.get_by_role("button", name="Emoji").click()
    await page.get_by_role("searchbox", name="Find an emoji").fill("party popper")
    assert await violations(page) == []
    await page.keyboard.press("Enter")
    await expect(field(page)).to_have_value("🎉Well done!")
    await expect(field(page)).to_be_focused()


async def test_a_telephone_writes_with_a_thumb(stack: Stack, browser: Browser) -> None:
    chat_with(stack)
    context = await browser.new_context(
        viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True, color_scheme="dark"
    )
    phone = Screen(context, await context.new_page(), [], [])
    page = phone.page
    await phone.log_in(stack.url)
    await phone.open_conversation("Ana")
    await field(page).fill("From the thumb")
    await page.keyboard.press("Enter")
    await expect(field(page)).to_have_value("From the thumb\n")
    send = page.get_by_role("button", name="Send", exact=True)
    for button in (
        send,
        page.get_by_role("button", name="Attach files"),
        page.get_by_role("button", name="Emoji"),
    ):
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await violations(page) == []
    await send.click()
    await has_sent(stack, "From the thumb")
    assert phone.errors == []
    await context.close()
