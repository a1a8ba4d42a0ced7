"""From a new installation to a connected account, and what is said when one is down (F1, J11, J16)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import ConsoleMessage, Page, expect

from simulator.happenings import ACCOUNT_STATUS
from tests.browser.accessibility import violations_light_and_dark
from tests.browser.conftest import CANARY_KEY, PATIENCE_SECONDS, Screen, Stack
from tests.browser.test_acts import until

WRONG_KEY = "a-key-of-nobody"


def states_told(stack: Stack) -> None:
    """Upstream tells how accounts are, beside their messages."""
    stack.simulator.webhook(stack.webhook_url, stack.webhook_secret, source=ACCOUNT_STATUS)


def listened(page: Page) -> list[str]:
    """What the page writes to the console from now on; of refusals that were asked for the browser itself writes."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if not message.text.startswith("Failed to load resource"):
            said.append(message.text)

    page.on("console", hear)
    return said


async def test_the_first_run_refuses_a_wrong_key_in_words_and_leads_to_a_scanned_account(
    stack: Stack, screen: Screen, tmp_path: Path
) -> None:
    await stack.stop_server()
    stack.server = await asyncio.to_thread(
        stack.processes.web, LANDLINE_BIND=f"127.0.0.1:{stack.port}", LANDLINE_DATA_DIR=str(tmp_path)
    )
    page, said = screen.page, listened(screen.page)
    states_told(stack)
    await screen.log_in(stack.url)
    await page.get_by_role("link", name="Accounts").first.click()
    steps = page.get_by_role("region", name="Set up Landline")
    await steps.get_by_label("DSN").fill(stack.simulator.url)
    await steps.get_by_label("Access token").fill(WRONG_KEY)
    await steps.get_by_role("button", name="Try and keep").click()
    await expect(steps.get_by_role("alert")).to_contain_text("does not accept this key")
    await expect(steps.get_by_label("Access token")).to_be_focused()
    assert await violations_light_and_dark(page) == []
    await steps.get_by_label("Access token").fill(CANARY_KEY)
    await steps.get_by_role("button", name="Try and keep").click()
    await steps.get_by_text("Address and key work").wait_for()
    assert CANARY_KEY not in await page.content()
    assert await violations_light_and_dark(page) == []

    await page.get_by_role("button", name="Add account").click()
    dialog = page.get_by_role("dialog", name="Connect an account")
    await dialog.get_by_role("button", name="Go on").click()
    await dialog.get_by_role("img", name="QR image").wait_for()
    assert await violations_light_and_dark(page) == []
    [attempt] = stack.simulator.connecting.attempts
    account = stack.simulator.connecting.scan(attempt, phone_number="+351912000999")
    await dialog.get_by_text("Connected.").wait_for()
    await dialog.get_by_role("link", name="To the inbox").click()
    ana = stack.simulator.contact(account, "Ana Martínez", phone_number="+34600000118")
    stack.simulator.customer_writes(stack.simulator.direct_chat(ana), "Is the lamp there?")
    await page.get_by_role("option", name="Ana Martínez").wait_for()
    assert said == []


async def test_an_account_that_is_down_is_named_above_the_inbox_until_it_is_back(
    stack: Stack, screen: Screen
) -> None:
    page, said = screen.page, listened(screen.page)
    states_told(stack)
    await screen.log_in(stack.url)
    bar = page.locator(".alarm-bar")
    stack.simulator.account_disconnects(stack.account)
    await expect(bar).to_contain_text("on WhatsApp is signed out: no new messages arrive.")
    await bar.get_by_role("link", name="To the accounts").click()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=stack.account.name))
    await expect(card).to_contain_text("Signed out")
    await card.get_by_role("button", name="Connect again").wait_for()
    await expect(page).to_have_title("Accounts · Landline")
    await expect(card).to_contain_text("yours")
    assert await violations_light_and_dark(page) == []
    stack.simulator.account_reconnects(stack.account)
    await expect(card).to_contain_text("Connected")
    await card.get_by_role("button", name="More for").click()
    await page.get_by_role("menuitem", name="Pause").click()
    await expect(card).to_contain_text("Paused here since")
    await card.get_by_role("button", name="Resume").click()
    await expect(card).not_to_contain_text("Paused")
    await page.get_by_role("link", name="Inbox").first.click()
    await expect(bar).not_to_contain_text("is signed out")

    await page.goto(f"{stack.url}/accounts")
    await page.set_viewport_size({"width": 320, "height": 640})
    await card.get_by_role("button", name="More for").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    removing = page.get_by_role("dialog", name="Remove")
    go = removing.get_by_role("button", name="Remove the account")
    await expect(go).to_be_disabled()
    assert await violations_light_and_dark(page) == []
    await removing.get_by_label("Type remove").fill("remove")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await go.click()
    await until(lambda: stack.account.id not in stack.simulator.world.accounts)
    await expect(card).to_contain_text("Removed")
    assert said == []

    await page.keyboard.press("g")
    await page.keyboard.press("s")
    await page.get_by_role("button", name="Log out").click()
    await page.get_by_label("User name").wait_for()
    await expect(page).to_have_title("Landline")


# What pressing a notification of the device does in its worker; tests have no device to press it on.
PRESSED = """async () => {
    const [shown] = await self.registration.getNotifications();
    if (shown === undefined) return null;
    self.clients.openWindow = async (path) => { self.opened = path; return null; };
    self.dispatchEvent(new NotificationEvent("notificationclick", {notification: shown}));
    return shown.body;
}"""


async def test_a_pressed_notification_opens_the_account_it_is_about(stack: Stack, screen: Screen) -> None:
    page = screen.page
    await screen.context.grant_permissions(["notifications"])
    await screen.log_in(stack.url)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    [worker] = screen.context.service_workers
    await worker.evaluate("self.registration.showNotification('Landline', {data: '/accounts?account=1'})")
    assert await worker.evaluate(PRESSED) is not None
    await page.wait_for_url(f"{stack.url}/accounts?account=1")
    card = page.get_by_role("listitem", name=stack.account.name)
    await expect(card).to_have_attribute("aria-current", "true")
    await page.goto("about:blank")
    await worker.evaluate("self.registration.showNotification('Again', {data: '/accounts?account=1'})")
    assert await worker.evaluate(PRESSED) is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await worker.evaluate("self.opened") != "/accounts?account=1":
            await asyncio.sleep(0.1)
