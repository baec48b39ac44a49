"""What tests of the page do again and again."""

from __future__ import annotations

import os
from typing import Any

from tests.server.conftest import QUESTION

SHOTS = os.environ.get("MEDRAG_SCREENSHOTS")


def ask(page: Any, base: str, question: str = QUESTION, **fields: str) -> None:
    """Opens the page, fills the patient's fields, asks, and waits for the answer's end."""
    page.goto(base)
    enter(page, **fields)
    page.locator("#question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("Done.").wait_for()


def enter(page: Any, **fields: str) -> None:
    """Fills the patient's fields, in the drawer where the window is narrow."""
    drawer = fields and not page.locator("[name=age_years]").is_visible()
    if drawer:
        page.locator(".edit-patient").first.click()
    for name, value in fields.items():
        field = page.locator(f"[name={name}]")
        (field.select_option if name in ("sex", "pregnant") else field.fill)(value)
    if drawer:
        page.get_by_role("button", name="Close").click()


def shoot(page: Any, name: str) -> None:
    """A screenshot into the folder that MEDRAG_SCREENSHOTS names."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
