"""What people do all day on a telephone, with fingers: open, press long, react, answer, send, look, go back."""

from __future__ import annotations

from playwright.async_api import CDPSession, Locator, Page, expect

from simulator import creation
from tests.browser.conftest import Screen, Stack
from tests.browser.test_acts import until
from tests.browser.test_thread import chat_with

MIDDLE_OF_ROW = """() => {
    const {left, top, width, height} = document.querySelector("[data-conversation]").getBoundingClientRect();
    return [left + width / 2, top + height / 2];
}"""


class Finger:
    """Fingers as the browser gets them: what follows from a touch is its own business."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        self._page = page
        self._session = session

    async def _touch(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        await self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    async def press_until(self, target: Locator, seen: Locator) -> None:
        """Rests on the target until something shows, and lifts."""
        await target.scroll_into_view_if_needed()
        await self.rest_on(target)
        await seen.wait_for()
        await self.lift()

    async def rest_on(self, target: Locator) -> tuple[float, float]:
        """Goes down on the target and stays there."""
        box = await target.bounding_box()
        assert box is not None
        place = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await self._touch("touchStart", place)
        return place

    async def slide(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Goes from the one to the other and rests there: what still rolls would take the next touch for a halt."""
        for step in range(1, 21):
            part = min(1, step / 10)
            await self._touch(
                "touchMove",
                (start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part),
            )
            await self._page.evaluate("() => new Promise(requestAnimationFrame)")

    async def lift(self) -> None:
        await self._touch("touchEnd")

    async def stroke(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        await self._touch("touchStart", start)
        await self.slide(start, end)
        await self.lift()


async def test_a_day_on_the_telephone(stack: Stack, phone: Screen) -> None:
    chat = chat_with(stack, "Ana", "+34600000118")
    for variant in (1, 2):
        stack.simulator.customer_writes(chat, attachments=[creation.photo(stack.simulator.world, variant)])
    stack.simulator.customer_writes(chat, "Is the lamp there?")
    asked = next(iter(chat.messages.newest()))
    page = phone.page
    finger = Finger(page, await phone.context.new_cdp_session(page))
    await phone.log_in(stack.url)
    row = page.get_by_role("option", name="Ana")
    menu = page.get_by_role("menu")
    items = menu.get_by_role("menuitem")

    await finger.press_until(row, menu)
    await page.go_back()
    await expect(menu).to_have_count(0)
    await finger.press_until(row, menu)
    await items.filter(has_text="Pin").tap()
    await expect(page.get_by_role("option", name="pinned")).to_be_visible()
    assert page.url == f"{stack.url}/inbox/"

    middle = await page.evaluate(MIDDLE_OF_ROW)
    # Down the list is scrolling; not far enough is nothing; far enough is what the menu has, too.
    await finger.stroke(middle, (middle[0], middle[1] + 150))
    await finger.stroke(middle, (middle[0] - 60, middle[1]))
    await expect(row.locator(".badge")).to_have_count(1)
    await finger.stroke(middle, (middle[0] + 150, middle[1] + 4))
    await expect(row.locator(".badge")).to_have_count(0)
    await finger.stroke(middle, (middle[0] - 150, middle[1] + 4))
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="Undo").tap()
    await expect(row).to_be_visible()
    await finger.stroke(middle, (middle[0] - 150, middle[1] + 4))
    await until(lambda: chat.archived)
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="Archived").tap()
    await expect(row).to_be_visible()
    await finger.stroke(middle, (middle[0] - 150, middle[1]))
    await until(lambda: not chat.archived)
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="Archived").tap()
    assert page.url == f"{stack.url}/inbox/"

    await row.tap()
    enlarge = page.get_by_role("button", name="Enlarge Photo")
    await expect(enlarge).to_have_count(2)
    bubble = page.get_by_role("article").filter(has_text="Is the lamp there?").first
    await finger.press_until(bubble, menu)
    await items.filter(has_text="React").tap()
    await page.get_by_role("toolbar", name="React").get_by_role("button", name="👍").tap()
    await until(lambda: [reaction.value for reaction in asked.reactions] == ["👍"])
    # Down the thread is scrolling; to the right is an answer.
    place = await finger.rest_on(bubble)
    await finger.slide(place, (place[0] + 150, place[1] + 4))
    await finger.lift()
    field = page.get_by_role("textbox", name="Write to")
    await expect(field).to_be_focused()
    await field.fill("It is.")
    await page.get_by_role("button", name="Send").tap()
    await until(lambda: [(one.text, one.quoted_id) for one in stack.simulator.sent] == [("It is.", asked.id)])

    await enlarge.last.tap()
    lightbox = page.get_by_role("dialog")
    picture = lightbox.get_by_role("img")
    first = await picture.get_attribute("src")
    await expect(lightbox.get_by_role("button", name="Earlier picture")).to_have_attribute(
        "aria-disabled", "false"
    )
    await finger.stroke((120, 400), (320, 410))
    await expect(picture).not_to_have_attribute("src", first or "")
    await page.go_back()
    await expect(lightbox).to_have_count(0)
    await page.get_by_role("button", name="Back").tap()
    await expect(row).to_be_visible()
    assert page.url == f"{stack.url}/inbox/"
