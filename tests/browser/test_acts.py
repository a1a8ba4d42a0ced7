"""What people do with messages and conversations, through the menus, up to the simulator and back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from playwright.async_api import Locator, expect

from simulator.model import Chat
from tests.browser.conftest import PATIENCE_SECONDS, Screen, Stack


async def until(holds: Callable[[], object]) -> None:
    """Looks until it holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():
            await asyncio.sleep(0.02)


async def opened(stack: Stack, screen: Screen) -> Chat:
    """A conversation with Ana, open on the screen: she asks, and is answered on the phone."""
    await screen.log_in(stack.url)
    chat = stack.simulator.direct_chat(
        stack.simulator.contact(stack.account, "Ana Martínez", phone_number="+34600000118")
    )
    stack.simulator.customer_writes(chat, "Is the lamp there?")
    await screen.open_conversation("Ana Martínez")
    await screen.sees("Is the lamp there?")
    return chat


def bubble(screen: Screen, text: str) -> Locator:
    return screen.page.get_by_role("log").locator("article", has_text=text)


async def choose(screen: Screen, text: str, item: str) -> None:
    """An item of the menu of a message, by the right button."""
    await bubble(screen, text).click(button="right")
    await screen.page.get_by_role("menuitem", name=item).click()


async def test_a_reaction_is_given_changed_and_taken_back(stack: Stack, screen: Screen) -> None:
    chat = await opened(stack, screen)
    message = next(iter(chat.messages.newest()))

    def reactions() -> list[str]:
        return [reaction.value for reaction in message.reactions]

    await choose(screen, "Is the lamp there?", "React")
    await (
        screen.page.get_by_role("toolbar", name="React").get_by_role("button", name="👍", exact=True).click()
    )
    await until(lambda: reactions() == ["👍"])
    await expect(bubble(screen, "Is the lamp there?").locator(".reaction-own")).to_have_count(1)
    await choose(screen, "Is the lamp there?", "React")
    await (
        screen.page.get_by_role("toolbar", name="React").get_by_role("button", name="🙏", exact=True).click()
    )
    await until(lambda: reactions() == ["🙏"])
    await bubble(screen, "Is the lamp there?").locator(".reaction-own").click()
    await until(lambda: reactions() == [])
    await expect(bubble(screen, "Is the lamp there?").locator(".reaction")).to_have_count(0)


async def test_an_own_message_is_edited_and_deleted(stack: Stack, screen: Screen) -> None:
    chat = await opened(stack, screen)
    sent = stack.simulator.phone_writes(chat, "Yes, thre of them.")
    await screen.sees("Yes, thre of them.")
    await choose(screen, "Yes, thre of them.", "Edit")
    await screen.page.get_by_role("textbox", name="Edit message").fill("Yes, three of them.")
    await screen.page.keyboard.press("Enter")
    await screen.sees("Yes, three of them.")
    await until(lambda: sent.text == "Yes, three of them.")
    await choose(screen, "Yes, three of them.", "Delete for everyone")
    await screen.page.get_by_role("button", name="Delete", exact=True).click()
    await until(lambda: sent.deleted)
    await expect(bubble(screen, "Yes, three of them.")).to_have_count(0)


async def test_a_conversation_is_archived_pinned_muted_and_marked_from_its_menu(
    stack: Stack, screen: Screen
) -> None:
    chat = await opened(stack, screen)
    row = screen.page.get_by_role("listbox").get_by_role("option", name="Ana Martínez")

    async def pick(item: str) -> None:
        await row.click(button="right")
        await screen.page.get_by_role("menuitem", name=item, exact=True).click()

    await pick("Pin")
    await until(lambda: chat.pinned)
    await pick("Mute always")
    await until(lambda: chat.muted)
    await screen.page.keyboard.press("Escape")
    await pick("Mark as unread")
    await expect(row.locator(".badge")).to_have_count(1)
    await pick("Archive")
    await until(lambda: chat.archived)
    await expect(row).to_have_count(0)


async def test_a_group_is_begun_with_a_name_and_a_first_message(stack: Stack, screen: Screen) -> None:
    await opened(stack, screen)
    rui = stack.simulator.contact(stack.account, "Rui", phone_number="+351910000003")
    stack.simulator.customer_writes(stack.simulator.direct_chat(rui), "Hello")
    await screen.page.get_by_role("option", name="Rui").wait_for()
    before = len(stack.simulator.world.chats)
    await screen.page.get_by_role("button", name="New conversation").click()
    to = screen.page.get_by_role("combobox", name="To")
    for name in ("Ana", "Rui"):
        await to.fill(name)
        await screen.page.get_by_role("listbox", name="To").get_by_role("option", name=name).click()
    dialog = screen.page.get_by_role("dialog", name="New conversation")
    await dialog.get_by_role("textbox", name="Name of the group").fill("Lamp")
    await dialog.get_by_role("textbox", name="Message", exact=True).fill("Shall we meet?")
    await dialog.locator("input[type=file]").set_input_files(
        {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"at nine"}
    )
    await dialog.get_by_text("plan.txt").wait_for()
    await dialog.get_by_role("button", name="Send").click()
    await until(lambda: len(stack.simulator.world.chats) == before + 1)
    await screen.sees("Shall we meet?")
    await screen.page.get_by_role("heading", name="Lamp").wait_for()
    [sent] = stack.simulator.sent
    assert [(file.name, file.size_bytes) for file in sent.files] == [("plan.txt", 7)]
