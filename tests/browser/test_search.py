"""Finding an old message and reading on from it, in a real browser: with the server, and without."""

from __future__ import annotations

import asyncio

from asgiref.sync import sync_to_async

from tests.browser.conftest import Screen, Stack

WRITTEN = 240
IN_VIEW = """
(log) => {
    const frame = log.getBoundingClientRect();
    return [...log.querySelectorAll(".log-row")]
        .filter((row) => row.getBoundingClientRect().top >= frame.top && row.getBoundingClientRect().bottom <= frame.bottom)
        .map((row) => row.innerText);
}
"""


async def stored(count: int) -> None:
    from communications.models import Message

    for _ in range(600):
        if await sync_to_async(Message.objects.filter(is_stub=False).count)() >= count:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{count} messages are not stored within a minute")


async def test_an_old_message_is_found_opened_in_its_place_and_left_again(
    stack: Stack, screen: Screen
) -> None:
    simulator, page = stack.simulator, screen.page
    ana = simulator.contact(stack.account, "Ana Martínez", phone_number="+34600000118")
    chat = simulator.direct_chat(ana)
    for number in range(1, WRITTEN + 1):
        simulator.customer_writes(chat, "Das ist die Stecknädel" if number == 20 else f"Strohhalm {number}")
    await stored(WRITTEN)
    await screen.log_in(stack.url)
    await page.get_by_role("option", name="Ana").first.wait_for()

    await page.keyboard.press("/")
    search = page.get_by_role("combobox", name="Search messages, people and chats")
    await search.wait_for()
    await page.keyboard.type("strohhalm")
    found = page.get_by_role("option")
    await found.nth(49).wait_for()
    await page.locator(".search-body").evaluate("(body) => body.scrollTo(0, body.scrollHeight)")
    await found.nth(99).wait_for()
    await page.locator(".search-body").evaluate("(body) => body.scrollTo(0, 3000)")
    await found.nth(55).scroll_into_view_if_needed()
    stood = await page.locator(".search-body").evaluate("(body) => body.scrollTop")
    words = await found.nth(55).inner_text()
    await found.nth(55).click()
    await page.locator(".message-flash").wait_for()
    await page.keyboard.press("Escape")
    await found.nth(99).wait_for()
    assert await search.input_value() == "strohhalm"
    assert await page.locator(".search-body").evaluate("(body) => body.scrollTop") == stood
    assert await page.locator("[aria-selected=true]").inner_text() == words

    await search.fill("stecknadle")
    await page.get_by_text("similar spellings").wait_for()
    assert await page.locator("mark").inner_text() == "Stecknädel"
    await search.press("ArrowDown")
    await search.press("Enter")
    await page.locator(".message-flash", has_text="Das ist die Stecknädel").wait_for()
    assert "?at=" in page.url
    log = page.get_by_role("log")
    in_view = " ".join(await log.evaluate(IN_VIEW))
    assert all(text in in_view for text in ("Strohhalm 19", "Stecknädel", "Strohhalm 21"))

    for way, last in (("0", "Strohhalm 1"), ("log.scrollHeight", f"Strohhalm {WRITTEN}")):
        for _ in range(40):
            if await log.get_by_text(last, exact=True).count():
                break
            await log.evaluate(f"(log) => log.scrollTo(0, {way})")
            await asyncio.sleep(0.1)
        await log.get_by_text(last, exact=True).wait_for()

    await page.go_back()
    await search.wait_for()
    assert await search.input_value() == "stecknadle"

    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await stack.stop_server()
    await search.fill("strohhalm 23")
    await page.get_by_text("You are offline. Searched what this device keeps").wait_for()
    await found.filter(has_text="Strohhalm 239").click()
    await page.locator(".message-flash", has_text="Strohhalm 239").wait_for()
    await page.go_back()
    await page.reload()
    await page.get_by_text("You are offline. Searched what this device keeps").wait_for()


async def test_what_is_malformed_is_explained_and_nothing_found_says_what_next(
    stack: Stack, screen: Screen
) -> None:
    await screen.log_in(stack.url)
    page = screen.page
    await page.goto(f"{stack.url}/search?q=has:cake")
    await page.get_by_text("At character 1: write has:image or").wait_for()
    await page.get_by_role("button", name="before:").wait_for()
    await page.get_by_role("combobox").fill("nobody wrote this")
    await page.get_by_text("Nothing was found for “nobody wrote this”.").wait_for()
    await page.get_by_role("combobox").press("Escape")
    await page.get_by_role("heading", name="Inbox").wait_for()
