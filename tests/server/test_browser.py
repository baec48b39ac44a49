"""The clinician's page in a real Chromium (Playwright's, or the system's); skipped where there is none."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from medrag.generation.scripted import ScriptedModel
from medrag.server.access import Key
from medrag.server.audit import Trail
from medrag.storage import reviews
from tests.server.conftest import ALLERGIC, PHARYNGITIS, QUESTION, EngineOf
from tests.server.serving import Dying, SlowModel, serving

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
SHOTS = os.environ.get("MEDRAG_SCREENSHOTS")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        system = shutil.which("chromium") or shutil.which("google-chrome")
        if not system and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium on this machine")
        opened = playwright.chromium.launch(executable_path=system, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that fails the test when it logs an error or reaches for another host."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: complaints.append(request.url) if "127.0.0.1" not in request.url else None)
    yield opened
    assert complaints == []
    context.close()


def shoot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_a_case_from_form_to_cited_passage(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["[1.1] [1.2] [1.3]"]))) as base:
        page.goto(base)
        assert not page.get_by_label("API key").is_visible()
        page.get_by_label("Age (years)").fill("34")
        page.get_by_label("Allergies and intolerances").fill("penicillin")
        page.get_by_label("Question").last.fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        page.get_by_text("Done.").wait_for()
        shoot(page, "answer")
        statements = page.locator(".statements > li")
        assert statements.count() == 2
        assert "azithromycin 500 mg" in statements.first.inner_text()
        assert "amoxicillin" in page.locator(".withheld").inner_text()
        assert "amoxicillin" not in page.locator(".statements").inner_text()
        assert "penicillin" in page.locator("#patient-read").inner_text()
        assert page.get_by_role("heading", name="Not assessed (which is not the same as safe)").is_visible()
        statements.first.get_by_role("button", name="Open passage 1").click()
        shoot(page, "passage")
        dialog = page.get_by_role("dialog")
        assert dialog.locator("mark").inner_text() == PHARYNGITIS.quote(PHARYNGITIS.sentences[1])
        assert dialog.locator("#passage-text").inner_text() == PHARYNGITIS.text
        page.keyboard.press("Escape")
        assert not dialog.is_visible()


def test_files_are_read_and_used(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["[1.1] [1.3]"]))) as base:
        page.goto(base)
        file = {"name": "patient.json", "mimeType": "application/json", "buffer": json.dumps(ALLERGIC).encode()}
        page.locator("input[type=file]").set_input_files([file])
        page.get_by_role("button", name="Show what is understood").click()
        page.locator("#patient-read pre").wait_for()
        page.locator("#question").fill(QUESTION)
        page.locator("#question").press("Control+Enter")
        page.get_by_text("Done.").wait_for()
        assert page.locator(".statements > li").all_inner_texts()[0].startswith("Offer paracetamol")
        assert "amoxicillin" in page.locator(".withheld").inner_text()


def test_reviewing_statements(engine_of: EngineOf, page: Any, tmp_path: Path) -> None:
    with (
        Trail.open(tmp_path / "medrag.db") as trail,
        serving(engine_of(ScriptedModel(["[1.2] [1.3]"])), trail) as base,
    ):
        page.goto(base)
        page.get_by_label("Age (years)").fill("34")
        page.locator("#question").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        page.get_by_text("Done.").wait_for()
        first, second = page.locator(".statements > li").all()
        second.get_by_role("button", name="Reject").click()
        second.get_by_text("Kept.").wait_for()
        assert second.locator(".statement").get_attribute("data-verdict") == "rejected"
        first.get_by_role("button", name="Edit").click()
        first.get_by_role("textbox", name="Edit").fill("Azithromycin, after asking about QT.")
        first.get_by_role("button", name="Save").click()
        first.get_by_text("Kept.").wait_for()
        assert "Azithromycin, after asking about QT." in first.inner_text()
        assert "use azithromycin 500 mg by mouth once daily" in first.inner_text()
        shoot(page, "reviewed")
        answer, edit = reviews.pairs(trail.database)
    assert (answer["chosen"], answer["rejected"]) == ("[1.2]", "[1.2] [1.3]")
    assert edit["chosen"] == "Azithromycin, after asking about QT. [1]"


def test_an_emergency_comes_first(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["[1.3]"]))) as base:
        page.goto(base)
        page.locator("[name=medications]").fill("warfarin")
        page.locator("#question").fill("Sore throat, and now crushing chest pain and breathless. What for pharyngitis?")
        page.get_by_role("button", name="Ask").click()
        page.get_by_text("Done.").wait_for()
        shoot(page, "emergency")
        assert page.get_by_role("alert").first.inner_text().startswith("Emergency: ")
        assert page.locator("#answer > *").first.get_attribute("class") == "notice"
        page.emulate_media(media="print")
        shoot(page, "print")
        assert not page.get_by_role("button", name="Ask").is_visible()
        assert page.locator(".notice").first.is_visible()


def test_a_failure_is_told(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(Dying(["[1.3]"]))) as base:
        page.goto(base)
        page.locator("#question").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        page.locator(".error").wait_for()
        assert page.locator(".statements > li").count() == 1
        assert page.locator(".error").inner_text().startswith("No answer: ")
        assert page.get_by_role("button", name="Accept").is_disabled()


def test_a_service_with_keys_asks_for_one(engine_of: EngineOf, browser: Any) -> None:
    keys = {"ward": Key(sha256=hashlib.sha256(b"secret").hexdigest())}
    with serving(engine_of(ScriptedModel(["[1.3]"])), keys=keys) as base:
        page = browser.new_page()
        page.goto(base)
        page.locator("#question").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        page.get_by_label("API key").fill("secret")
        page.get_by_label("API key").press("Enter")
        page.get_by_text("Done.").wait_for()
        assert page.locator(".statements > li").count() == 1
        page.close()


def test_markup_from_the_server_stays_text(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["[1.3]"]))) as base:
        page.goto(base)
        page.locator("[name=conditions]").fill("<img src=x onerror=document.title='broken'>")
        page.locator("#question").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        page.get_by_text("Done.").wait_for()
        assert page.title() == "medrag"
        assert page.locator("img").count() == 0


def test_stopping(engine_of: EngineOf, page: Any) -> None:
    model = SlowModel(["[1.3]"])
    with serving(engine_of(model), keep_alive_s=0.2) as base:
        page.goto(base)
        page.locator("#question").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        assert model.asked.wait(20)
        page.get_by_role("button", name="Stop").click()
        page.get_by_text("Stopped.").wait_for()
        assert model.given_up.wait(15)


def test_chinese_and_keyboard(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["[1.3]"]))) as base:
        page.goto(base)
        page.get_by_role("button", name="中文").click()
        assert page.locator("html").get_attribute("lang") == "zh"
        page.reload()
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to the question"
        page.keyboard.press("Enter")
        page.keyboard.type(QUESTION)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("Done.").wait_for()
        page.get_by_role("button", name="中文").click()
        assert page.get_by_role("heading", name="未评估（不等于安全）").is_visible()
        assert page.get_by_text("完成。").is_visible()
        page.set_viewport_size({"width": 420, "height": 900})
        shoot(page, "chinese-narrow")
        assert page.evaluate("document.documentElement.scrollWidth") <= 420


def test_every_control_has_a_name(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["[1.3]"]))) as base:
        page.goto(base)
        unnamed = page.evaluate(
            "[...document.querySelectorAll('input, select, textarea, button')]"
            ".filter((each) => !(each.labels?.[0]?.textContent || each.textContent || each.ariaLabel).trim())"
            ".map((each) => each.outerHTML)"
        )
        assert unnamed == []
