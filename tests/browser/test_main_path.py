"""A customer types, and the text is on the screen: through the real server, in a real browser."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from tests.browser.conftest import CANARY_KEY, Screen, Stack

FRONTEND = Path(__file__).resolve().parents[2] / "landline" / "static" / "app"


async def test_what_a_customer_types_is_in_the_browser(stack: Stack, screen: Screen) -> None:
    await screen.log_in(stack.url)
    account = stack.account
    ana = stack.simulator.contact(account, "Ana Martínez", phone_number="+34600000118")
    chat = stack.simulator.direct_chat(ana)
    stack.simulator.customer_writes(chat, "¿Tienen la lámpara en latón?")
    await screen.open_conversation("Ana Martínez")
    await screen.sees("¿Tienen la lámpara en latón?")
    stack.simulator.phone_writes(chat, "Sí, tres semanas.")
    await screen.sees("Sí, tres semanas.")
    await screen.page.get_by_role("log").get_by_label("sent from the phone").first.wait_for(state="attached")


async def test_a_killed_server_loses_nothing_and_the_page_goes_on_by_itself(
    stack: Stack, screen: Screen
) -> None:
    await screen.log_in(stack.url)
    account = stack.account
    chat = stack.simulator.direct_chat(
        stack.simulator.contact(account, "Jonas Weiß", phone_number="+4915112345678")
    )
    stack.simulator.customer_writes(chat, "Kommt die Lieferung heute?")
    await screen.open_conversation("Jonas Weiß")
    await screen.sees("Kommt die Lieferung heute?")
    await stack.kill_server()
    stack.simulator.customer_writes(chat, "Oder erst morgen?")
    await asyncio.sleep(0.3)
    await stack.start_server()
    await screen.sees("Oder erst morgen?")


async def test_with_the_server_down_list_and_thread_still_open(stack: Stack, screen: Screen) -> None:
    await screen.log_in(stack.url)
    account = stack.account
    for name in ("Maya", "Rui"):
        contact = stack.simulator.contact(account, name, phone_number=f"+35191000{len(name):04d}")
        stack.simulator.customer_writes(stack.simulator.direct_chat(contact), f"This is {name}")
    await screen.open_conversation("Maya")
    await screen.sees("This is Maya")
    await screen.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await stack.stop_server()
    await screen.page.reload()
    await screen.open_conversation("Maya")
    await screen.sees("This is Maya")
    await screen.page.get_by_text("Offline since").first.wait_for()
    await stack.start_server()
    await screen.page.get_by_text("Live", exact=True).wait_for()


async def test_only_our_own_origin_is_asked_and_the_key_is_nowhere(stack: Stack, screen: Screen) -> None:
    bodies: list[bytes] = []

    async def keep(response: object) -> None:
        try:
            bodies.append(await response.body())  # type: ignore[attr-defined]
        except Exception:  # answers without a body, redirects, closed pages
            return

    waiting: list[asyncio.Task[None]] = []
    screen.context.on("response", lambda response: waiting.append(asyncio.ensure_future(keep(response))))
    await screen.log_in(stack.url)
    account = stack.account
    chat = stack.simulator.direct_chat(
        stack.simulator.contact(account, "Grace", phone_number="+351910002222")
    )
    stack.simulator.customer_writes(chat, "https://example.com/ <img src=https://evil.example/x>")
    await screen.open_conversation("Grace")
    await screen.page.get_by_role("log").get_by_text("evil.example").first.wait_for()
    await asyncio.gather(*waiting)

    origins = {urlsplit(address).netloc for address in screen.requests if not address.startswith("blob:")}
    assert origins == {urlsplit(stack.url).netloc}
    canary = CANARY_KEY.encode()
    assert bodies
    assert not [body for body in bodies if canary in body]
    assert not [file for file in FRONTEND.rglob("*") if file.is_file() and canary in file.read_bytes()]
    assert stack.server is not None
    assert stack.worker is not None
    for process in (stack.server, stack.worker):
        assert CANARY_KEY not in process.output
        assert stack.webhook_secret not in process.output
    stored = await screen.page.evaluate(
        """async () => {
            const found = [];
            for (const {name} of await indexedDB.databases()) {
                const database = await new Promise((done, failed) => {
                    const opening = indexedDB.open(name);
                    opening.onsuccess = () => done(opening.result);
                    opening.onerror = () => failed(opening.error);
                });
                for (const store of database.objectStoreNames) {
                    const rows = await new Promise((done) => {
                        const all = database.transaction(store).objectStore(store).getAll();
                        all.onsuccess = () => done(all.result);
                    });
                    found.push(JSON.stringify(rows));
                }
                database.close();
            }
            return found.join("\\n");
        }"""
    )
    assert "Grace" in stored
    assert CANARY_KEY not in stored
