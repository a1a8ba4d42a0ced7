"""What a person does in a thread all day: listening, looking, acting on a message; and what must not move meanwhile."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from simulator import creation
from simulator.model import Chat
from tests.browser.accessibility import violations
from tests.browser.conftest import Screen, Stack

AT_THE_END = """() => {
    const log = document.querySelector("[role=log]");
    return log.scrollHeight - log.scrollTop - log.clientHeight < 1;
}"""


def chat_with(stack: Stack, name: str, number: str) -> Chat:
    return stack.simulator.direct_chat(stack.simulator.contact(stack.account, name, phone_number=number))


async def test_a_voice_message_plays_on_over_a_switch_and_the_next_one_follows(
    stack: Stack, screen: Screen
) -> None:
    chat = chat_with(stack, "Ana", "+34600000118")
    other = chat_with(stack, "Rui", "+351910000222")
    stack.simulator.customer_writes(other, "Not a sound")
    for seconds in (5, 9):
        note = creation.voice_note(stack.simulator.world, seconds)
        stack.simulator.customer_writes(chat, attachments=[note])
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    play = page.get_by_role("button", name="Play Voice message · Ana")
    await expect(play).to_have_count(2)
    await expect(page.get_by_text("0:05", exact=True)).to_be_visible()
    await play.first.click()
    await page.get_by_role("button", name="Speed 1×").click()
    await expect(page.get_by_role("region", name="Now playing")).to_have_count(0)
    await screen.open_conversation("Rui")
    bar = page.get_by_role("region", name="Now playing")
    await expect(bar).to_contain_text("of 0:05")
    await expect(bar).to_contain_text("of 0:09")
    await expect(bar.get_by_role("button", name="Pause Voice message · Ana")).to_be_visible()
    place = bar.get_by_role("slider")
    await place.focus()
    await page.keyboard.press("Home")
    await bar.get_by_role("button", name="Pause").click()
    before = await place.get_attribute("aria-valuetext")
    await place.focus()
    await page.keyboard.press("ArrowRight")
    await expect(place).not_to_have_attribute("aria-valuetext", before or "")
    await bar.get_by_role("button", name="Show Voice message").click()
    await expect(page.get_by_role("heading", name="Ana")).to_be_visible()
    await expect(page.get_by_role("log").get_by_role("button", name="Speed 1.5×")).to_be_visible()
    await expect(bar).to_have_count(0)
    await screen.open_conversation("Rui")
    await bar.get_by_role("button", name="Stop and close").click()
    await expect(bar).to_have_count(0)


async def test_a_picture_appears_by_itself_opens_turns_and_gives_the_focus_back(
    stack: Stack, screen: Screen
) -> None:
    chat = chat_with(stack, "Ana", "+34600000118")
    world = stack.simulator.world
    for variant in (1, 2):
        stack.simulator.customer_writes(chat, attachments=[creation.photo(world, variant)])
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    enlarge = page.get_by_role("button", name="Enlarge Photo")
    await expect(enlarge).to_have_count(2)
    assert stack.worker is not None
    await asyncio.to_thread(stack.worker.stop)
    stack.simulator.customer_writes(chat, "The third", attachments=[creation.photo(world, 3)])
    await page.get_by_text("being fetched").wait_for()
    third = page.get_by_role("article").filter(has_text="The third")
    before = await third.bounding_box()
    assert before is not None
    await stack.start_worker()
    await expect(enlarge).to_have_count(3)
    assert await third.bounding_box() == before

    await enlarge.last.click()
    lightbox = page.get_by_role("dialog")
    picture = lightbox.get_by_role("img")
    await expect(picture).to_have_attribute("alt", "The third")
    shown = [await picture.get_attribute("src")]
    for _ in range(2):
        await page.keyboard.press("ArrowLeft")
        await expect(picture).not_to_have_attribute("src", shown[-1] or "")
        await expect(lightbox.get_by_role("button", name="Later picture")).to_be_visible()
        shown.append(await picture.get_attribute("src"))
    assert len(set(shown)) == 3
    await page.keyboard.press("+")
    await expect(picture).to_have_css("transform", "matrix(1.5, 0, 0, 1.5, 0, 0)")
    await page.keyboard.press("0")
    await expect(picture).to_have_css("transform", "matrix(1, 0, 0, 1, 0, 0)")
    await page.keyboard.press("Escape")
    await expect(lightbox).to_have_count(0)
    await expect(enlarge.last).to_be_focused()


async def test_earlier_messages_come_in_without_moving_what_is_read(stack: Stack, screen: Screen) -> None:
    chat = chat_with(stack, "Ana", "+34600000118")
    for number in range(140):
        stack.simulator.customer_writes(chat, f"Message {number} " + "word " * (number % 40))
    await stack.simulator.settled(30)
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    newest = page.get_by_role("button", name="To the newest message")
    await newest.click()
    await page.get_by_role("article").filter(has_text="Message 139").wait_for()
    await expect(newest).to_have_count(0)
    # Pasted over what was selected: the composer is empty for a moment, and then high.
    field = page.get_by_role("textbox", name="Write to")
    for text in ("line\n" * 3, "line\n" * 9, ""):
        await field.fill(text)
        await page.wait_for_function(AT_THE_END)
    moved = await page.get_by_role("log").evaluate(
        """async (log) => {
            const rows = () => [...log.querySelectorAll("[data-anchor]")];
            // The rows around the place that was left go a moment after the jump to the newest.
            for (let still = 0, seen = ""; still < 30; ) {
                const now = rows()[0].dataset.anchor;
                still = now === seen ? still + 1 : 0;
                seen = now;
                await new Promise(requestAnimationFrame);
            }
            const first = rows()[0].dataset.anchor;
            log.scrollTop = 300;
            const edge = log.getBoundingClientRect().top;
            const anchor = rows().find((row) => row.getBoundingClientRect().bottom > edge);
            const before = anchor.getBoundingClientRect().top;
            for (let frame = 0; frame < 600 && rows()[0].dataset.anchor === first; frame += 1)
                await new Promise(requestAnimationFrame);
            await new Promise(requestAnimationFrame);
            return {grown: rows()[0].dataset.anchor !== first, by: anchor.getBoundingClientRect().top - before};
        }"""
    )
    assert moved == {"grown": True, "by": 0}


async def test_every_screen_can_be_used_by_everybody(stack: Stack, screen: Screen) -> None:
    chat = chat_with(stack, "Ana", "+34600000118")
    world = stack.simulator.world
    stack.simulator.customer_writes(chat, attachments=[creation.voice_note(world, 3)])
    stack.simulator.customer_writes(chat, attachments=[creation.document(world, "offer.pdf")])
    stack.simulator.customer_writes(chat, "> quoted\n- *item* https://example.com")
    stack.simulator.customer_writes(chat, "The space", attachments=[creation.photo(world, 1)])
    people = [stack.simulator.contact(stack.account, name) for name in ("Beatriz", "Tiago")]
    group = stack.simulator.group_chat(stack.account, "Lisbon office move", people)
    stack.simulator.customer_writes(group, "The keys are with reception", sender=people[1])
    page = screen.page
    await page.goto(stack.url)
    await page.get_by_label("User name").wait_for()
    assert await violations(page) == []
    await screen.log_in(stack.url)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await screen.open_conversation("Lisbon office move")
        await screen.sees("The keys are with reception")
        assert await violations(page) == []
        await screen.open_conversation("Ana")
        await page.get_by_role("button", name="Enlarge Photo").wait_for()
        await page.get_by_role("button", name="Play Voice message").wait_for()
        await page.get_by_role("log").focus()
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("m")
        await expect(page.get_by_role("menuitem").first).to_be_focused()
        await expect(page.get_by_role("menuitem", name="Copy text")).to_be_visible()
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("article").last).to_be_focused()
        await page.get_by_role("button", name="Enlarge Photo").click()
        await page.get_by_role("dialog").get_by_role("img").wait_for()
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        for opener in ("?", "Settings"):
            if opener == "?":
                await page.keyboard.press("?")
            else:
                await page.get_by_role("button", name=opener).click()
            await page.get_by_role("dialog").wait_for()
            assert await violations(page) == []
            await page.keyboard.press("Escape")


async def test_escape_and_back_close_the_details_before_the_thread(stack: Stack, screen: Screen) -> None:
    chat = chat_with(stack, "Ana", "+34600000118")
    stack.simulator.customer_writes(chat, "Hello")
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    details = page.get_by_role("complementary", name="Details")
    await page.keyboard.press(".")
    await expect(page.get_by_role("button", name="Close details")).to_be_focused()
    await page.get_by_role("log").focus()
    await page.keyboard.press("Escape")
    await expect(details).to_have_count(0)
    await expect(page.get_by_role("log")).to_be_visible()
    await page.set_viewport_size({"width": 390, "height": 800})
    button = page.get_by_role("button", name="Details", exact=True)
    await button.click()
    await expect(details).to_be_visible()
    await page.go_back()
    await expect(details).to_have_count(0)
    await expect(button).to_be_focused()
    await page.go_back()
    await expect(page.get_by_role("option", name="Ana")).to_be_visible()
    await expect(page.get_by_role("link", name="Deliveries")).to_be_visible()
