"""What axe finds on a screen, by the rules of WCAG 2.2 AA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# A row's name is a sentence about it; its visible text also holds initials and marks, which are decoration.
RULES = """axe.run({
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: {"label-content-name-mismatch": {enabled: false}},
})"""


async def violations(page: Page) -> list[str]:
    await page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    found: dict[str, Any] = await page.evaluate(RULES)
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


async def violations_light_and_dark(page: Page) -> list[str]:
    """As in both colour schemes; the page is left in the light one."""
    await page.emulate_media(color_scheme="dark")
    dark = await violations(page)
    await page.emulate_media(color_scheme="light")
    return dark + await violations(page)
