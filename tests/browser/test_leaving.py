"""What Back, Escape and another conversation close, and where the focus is afterwards."""

from __future__ import annotations

from playwright.async_api import expect

from simulator import creation
from simulator.model import Chat
from tests.browser.conftest import Screen, Stack

PHONE = {"width": 390, "height": 800}
OVER_THE_THREAD = {"width": 1000, "height": 800}
BESIDE_THE_THREAD = {"width": 1280, "height": 800}


def chat_with(stack: Stack, name: str, number: str) -> Chat:
    return stack.simulator.direct_chat(stack.simulator.contact(stack.account, name, phone_number=number))


async def test_back_closes_what_stands_over_the_screen_before_it_leaves_it(
    stack: Stack, screen: Screen
) -> None:
    chat = chat_with(stack, "Ana", "+34600000118")
    photo = creation.photo(stack.simulator.world, 1)
    stack.simulator.customer_writes(chat, "Look at this", attachments=[photo])
    page = screen.page
    await page.set_viewport_size(PHONE)
    await screen.log_in(stack.url)
    row, log, dialog = (
        page.get_by_role("option", name="Ana"),
        page.get_by_role("log"),
        page.get_by_role("dialog"),
    )

    await page.get_by_role("button", name="Settings").click()
    await expect(dialog).to_be_visible()
    await page.go_back()
    await expect(dialog).to_have_count(0)
    await expect(row).to_be_visible()

    await screen.open_conversation("Ana")
    enlarge = page.get_by_role("button", name="Enlarge Photo")
    await enlarge.click()
    await expect(dialog).to_be_visible()
    await page.go_back()
    await expect(dialog).to_have_count(0)
    await expect(log).to_be_visible()
    await expect(enlarge).to_be_focused()

    await page.get_by_role("article").filter(has_text="Look at this").focus()
    await page.keyboard.press("i")
    await expect(dialog).to_be_visible()
    await page.go_back()
    await expect(dialog).to_have_count(0)
    await expect(log).to_be_visible()

    await enlarge.click()
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await page.wait_for_function("(history.state.layers ?? []).length === 0")
    await page.go_back()
    await expect(row).to_be_visible()


async def test_a_dialog_that_takes_the_place_of_another_takes_its_step_back_too(
    stack: Stack, screen: Screen
) -> None:
    stack.simulator.customer_writes(chat_with(stack, "Ana", "+34600000118"), "Hello")
    page = screen.page
    await screen.log_in(stack.url)
    await screen.open_conversation("Ana")
    await page.get_by_role("button", name="Settings").click()
    settings = page.get_by_role("dialog", name="Settings")
    await settings.wait_for()
    await settings.get_by_role("button", name="Keyboard shortcuts").click()
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("log")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("log")).to_have_count(0)
    assert page.url == f"{stack.url}/inbox/"


async def test_details_over_the_thread_go_with_it_and_beside_it_they_stay(
    stack: Stack, screen: Screen
) -> None:
    stack.simulator.customer_writes(chat_with(stack, "Ana", "+34600000118"), "Hello")
    stack.simulator.customer_writes(chat_with(stack, "Rui", "+351910000222"), "Hi")
    page = screen.page
    await screen.log_in(stack.url)
    details = page.get_by_role("complementary", name="Details")
    for size, stays in ((OVER_THE_THREAD, False), (BESIDE_THE_THREAD, True)):
        await page.set_viewport_size(size)
        await screen.open_conversation("Ana")
        await page.get_by_role("button", name="Details", exact=True).click()
        await expect(details).to_contain_text("Ana")
        await screen.open_conversation("Rui")
        await expect(page.get_by_role("heading", name="Rui", level=2).first).to_be_visible()
        if stays:
            await expect(details).to_contain_text("Rui")
        else:
            await expect(details).to_have_count(0)


async def test_escape_from_the_search_gives_the_focus_back_to_the_row_or_the_thread(
    stack: Stack, screen: Screen
) -> None:
    for name, number in (("Ana", "+34600000118"), ("Rui", "+351910000222"), ("Zoe", "+447700900123")):
        stack.simulator.customer_writes(chat_with(stack, name, number), f"{name} says hello")
    page = screen.page
    await screen.log_in(stack.url)
    rows, search = page.get_by_role("listbox"), page.get_by_role("combobox")
    await expect(page.get_by_role("option")).to_have_count(3)
    await rows.focus()
    await page.keyboard.press("End")
    active = await rows.get_attribute("aria-activedescendant")
    assert active is not None
    await page.keyboard.press("/")
    await expect(search).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(rows).to_be_focused()
    assert await rows.get_attribute("aria-activedescendant") == active

    await screen.open_conversation("Rui")
    await page.get_by_role("log").focus()
    await page.keyboard.press("/")
    await expect(search).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("log")).to_be_focused()
