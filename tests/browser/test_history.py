"""What was before and what was missed, on a real screen: copied, asked for while scrolling up, marked and filled (F11, F12)."""

from __future__ import annotations

import asyncio
import datetime as dt

from playwright.async_api import expect

from simulator.happenings import ACCOUNT_STATUS
from simulator.model import Chat
from simulator.webhooks.troubles import NO_TROUBLE, Trouble
from tests.browser.accessibility import violations_light_and_dark
from tests.browser.conftest import Screen, Stack
from tests.browser.test_thread import chat_with

PAGE = 250


async def lost(stack: Stack, chat: Chat, texts: list[str], *, ago: dt.timedelta) -> None:
    """Written a minute apart, and told to nobody."""
    await stack.simulator.settled(30)
    stack.simulator.deliveries.trouble = Trouble(dropped=1)
    began = dt.datetime.now(dt.UTC) - ago
    for number, text in enumerate(texts):
        stack.simulator.customer_writes(chat, text, at=began + dt.timedelta(minutes=number))
    await stack.simulator.settled(30)
    stack.simulator.deliveries.trouble = NO_TROUBLE


async def test_what_was_before_is_copied_and_what_is_older_comes_while_scrolling_up(
    stack: Stack, screen: Screen
) -> None:
    ana, rui = (
        chat_with(stack, name, number) for name, number in (("Ana", "+34600000118"), ("Rui", "+351910000222"))
    )
    await lost(stack, ana, [f"Old {number}" for number in range(PAGE + 30)], ago=dt.timedelta(days=3))
    stack.simulator.customer_writes(ana, "The newest")
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    await screen.sees(f"Old {PAGE + 29}")
    asked = stack.simulator.calls.count("GET /chats/{chat_id}/messages")
    beginning = page.get_by_text("Beginning of the conversation.")
    log = page.get_by_role("log")
    for _ in range(60):
        if await beginning.is_visible():
            break
        await log.evaluate("(log) => { log.scrollTop = Math.max(0, log.scrollTop - 2000); }")
        await page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    await expect(beginning).to_be_visible()
    await screen.sees("Old 0")
    assert stack.simulator.calls.count("GET /chats/{chat_id}/messages") == asked + 1

    await lost(stack, rui, [f"Before {number}" for number in range(40)], ago=dt.timedelta(days=2))
    await page.get_by_role("link", name="Accounts").click()
    await page.get_by_role("link", name="History and checks").click()
    await page.get_by_role("button", name="Copy the history").click()
    ours = page.get_by_role("progressbar", name="We copy from Unipile")
    await expect(ours).to_have_attribute("aria-valuetext", f"Done: {PAGE + 71} messages")
    await expect(page.get_by_role("group", name="What was found")).to_contain_text(
        f"{PAGE + 71} found= 40 new here"
    )
    await expect(page.get_by_role("row", name="Rui")).to_contain_text("whole")
    assert await violations_light_and_dark(page) == []


async def test_a_gap_is_marked_in_the_thread_and_filled_by_a_check(stack: Stack, screen: Screen) -> None:
    chat = chat_with(stack, "Ana", "+34600000118")
    stack.simulator.customer_writes(chat, "Before")
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    await page.get_by_text("Beginning of the conversation.").wait_for()
    stack.simulator.webhook(stack.webhook_url, stack.webhook_secret, source=ACCOUNT_STATUS)
    assert stack.worker is not None
    await asyncio.to_thread(stack.worker.stop)
    await lost(stack, chat, ["Lost 1", "Lost 2", "Lost 3"], ago=dt.timedelta(minutes=52))
    stack.simulator.account_disconnects(stack.account)
    mark = page.get_by_role("note")
    await expect(mark).to_contain_text("may be missing. They are looked for as soon as")
    stack.simulator.account_reconnects(stack.account)
    await mark.get_by_role("button", name="Load missing").click()
    await expect(mark).to_contain_text("Checking…")
    await stack.start_worker()
    await screen.sees("Lost 3")
    await expect(mark).to_have_count(1)
    await expect(mark).to_contain_text("3 messages recovered, up to 5")
    await page.get_by_role("link", name="Accounts").click()
    await page.get_by_role("link", name="History and checks").click()
    checks = page.get_by_role("list", name="Checks for what is missing")
    await expect(checks).to_contain_text("3 messages recovered")
    await page.get_by_role("button", name="Check now").click()
    await expect(checks.get_by_role("listitem").first).to_contain_text("nothing was missing")
