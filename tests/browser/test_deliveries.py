"""What came in, and why a message is there: on a real screen, and nowhere in the browser's store."""

from __future__ import annotations

from asgiref.sync import sync_to_async

from simulator.model import Account
from tests.browser.conftest import USERNAME, Screen, Stack
from tests.ingest.deliveries import deliver
from tests.webhooks.bodies import whatsapp_message

FIRST, SECOND = "the first wording <img src=x onerror=document.title='taken'>", "the second wording"

EVERYTHING_STORED = """async () => {
    const found = [];
    for (const {name} of await indexedDB.databases()) {
        const database = await new Promise((done, failed) => {
            const opening = indexedDB.open(name);
            opening.onsuccess = () => done(opening.result);
            opening.onerror = () => failed(opening.error);
        });
        for (const store of database.objectStoreNames) {
            found.push(JSON.stringify(await new Promise((done) => {
                const all = database.transaction(store).objectStore(store).getAll();
                all.onsuccess = () => done(all.result);
            })));
        }
        database.close();
    }
    return found.join("\\n");
}"""


async def come_in(account: Account) -> None:
    """An edited, deleted message and an answer that quotes it; a repeat; one that cannot be read."""
    from communications.ingest.connections import fold_connections

    def about(event: str, text: str) -> object:
        return whatsapp_message("one", account=account.id, event=event, text=text)

    async with fold_connections(max_size=1) as connections:
        await deliver(
            connections,
            about("message_received", FIRST),
            about("message_received", FIRST),
            about("message_edited", SECOND),
            about("message_deleted", ""),
            whatsapp_message(
                "two", account=account.id, text="an answer", quoted={"message_id": "one", "text": FIRST}
            ),
            b"{broken",
        )


async def audited() -> list[tuple[str, str]]:
    from communications.models import AuditEntry

    return await sync_to_async(
        lambda: list(AuditEntry.objects.order_by("id").values_list("actor_name", "action"))
    )()


async def test_an_administrator_sees_what_came_in_and_why_a_message_is_there(
    stack: Stack, screen: Screen
) -> None:
    frames: list[str] = []
    screen.page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda data: frames.append(str(data)))
    )
    await screen.log_in(stack.url)
    await come_in(stack.account)
    page = screen.page

    await page.get_by_role("link", name="Deliveries").click()
    await page.get_by_role("button", name="6 received").wait_for()
    for part in ("4 applied", "1 duplicate", "1 quarantined"):
        assert await page.get_by_role("button", name=part).is_visible(), part
    await page.get_by_role("button", name="1 quarantined").click()
    await page.get_by_role("list", name="Deliveries").get_by_text("not_json").wait_for()
    assert page.url.endswith("?outcome=quarantined")
    await page.go_back()
    await page.get_by_role("link", name="Edited").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    detail = page.get_by_role("region", name="Delivery", exact=True)
    await (
        detail.get_by_text("1 repeat")
        .or_(detail.get_by_text("An earlier delivery told the same."))
        .first.wait_for()
    )
    await detail.get_by_role("button", name="Show the body").click()
    await detail.get_by_text("onerror=document.title").wait_for()
    await detail.get_by_role("button", name="What would a replay change?").click()
    await detail.get_by_text("A replay would change nothing.").wait_for()

    await page.get_by_role("button", name="Close").click()
    await page.get_by_role("link", name="Inbox").click()
    await page.get_by_role("option").first.click()
    await screen.sees("an answer")
    await page.get_by_role("article").first.focus()
    await page.keyboard.press("i")
    inspector = page.get_by_role("dialog", name="About this message")
    await inspector.get_by_text("Deleted the message.").wait_for()
    await inspector.get_by_role("button", name="Show the deleted text").click()
    await inspector.get_by_text("the first wording").first.wait_for()
    assert await page.title() != "taken"
    await page.keyboard.press("Escape")
    await inspector.wait_for(state="detached")

    assert await audited() == [
        (USERNAME, "body_opened"),
        (USERNAME, "difference_opened"),
        (USERNAME, "texts_opened"),
    ]
    stored = await page.evaluate(EVERYTHING_STORED)
    assert "an answer" in stored
    assert "an answer" in "".join(frames)
    assert not [text for text in ("the first wording", SECOND) if text in stored or text in "".join(frames)]
