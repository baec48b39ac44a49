"""What tests of the page do again and again."""

from __future__ import annotations

import os
from typing import Any

from tests.server.conftest import QUESTION

SHOTS = os.environ.get("MEDRAG_SCREENSHOTS")


def ask(page: Any, base: str, question: str = QUESTION, **fields: str) -> None:
    """Opens the page, fills the patient's fields, asks, and waits for the answer's end."""
    page.goto(base)
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("#question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("Done.").wait_for()


def shoot(page: Any, name: str) -> None:
    """A screenshot into the folder that MEDRAG_SCREENSHOTS names."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
