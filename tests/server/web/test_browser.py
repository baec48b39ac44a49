"""The clinician's page in a real Chromium (Playwright's, or the system's); skipped where there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from medrag.generation.scripted import ScriptedModel
from medrag.server.guard.audit import Trail
from tests.commands import medrag
from tests.server.conftest import ALLERGIC, PHARYNGITIS, QUESTION, EngineOf
from tests.server.serving import SlowModel, serving
from tests.server.web.screen import ask, shoot


def test_a_case_from_form_to_cited_passage(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["A,B,C"]))) as base:
        page.goto(base)
        assert not page.get_by_label("API key").is_visible()
        page.get_by_label("Age (years)").fill("34")
        page.get_by_label("Allergies and intolerances").fill("penicillin")
        page.get_by_label("Question").last.fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        page.get_by_text("Done. Shown: 2; withheld: 1.").wait_for()
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


def test_verdicts_reach_the_feedback_export(engine_of: EngineOf, page: Any, tmp_path: Path) -> None:
    with (
        Trail.open(tmp_path / "medrag.db") as trail,
        serving(engine_of(ScriptedModel(["A,B,C"])), trail) as base,
    ):
        ask(page, base, age_years="34")
        first, second, third = page.locator(".statements > li").all()
        first.get_by_role("button", name="Accept").click()
        first.get_by_text("Kept.").wait_for()
        assert first.get_by_role("button", name="Accept").get_attribute("aria-pressed") == "true"
        third.get_by_role("button", name="Reject").click()
        third.get_by_text("Kept.").wait_for()
        assert third.locator(".statement").get_attribute("data-verdict") == "reject"
        third.get_by_label("Why?").fill("Mr. Quill has liver failure.")
        with page.expect_response("**/v1/feedback"):
            third.get_by_role("button", name="Keep the reason").click()
        second.get_by_role("button", name="Edit").click()
        second.get_by_role("textbox", name="Edit").fill("Azithromycin, after asking about QT.")
        second.get_by_role("button", name="Save").click()
        second.get_by_text("Kept.").wait_for()
        assert "Azithromycin, after asking about QT." in second.inner_text()
        assert "use azithromycin 500 mg by mouth once daily" in second.inner_text()
        shoot(page, "reviewed")
    answer, edit = exported(tmp_path)
    assert (answer["chosen"], answer["rejected"]) == ("A,B", "A,B,C")
    (comment,) = answer["comments"]
    assert "liver failure" in comment
    assert "Quill" not in comment
    assert edit["chosen"] == "Azithromycin, after asking about QT. [1]"


def exported(home: Path) -> list[dict[str, Any]]:
    """What the command writes of the feedback kept in ``home``."""
    done = medrag("feedback", "export", home=home)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_an_edit_can_be_left(engine_of: EngineOf, page: Any, tmp_path: Path) -> None:
    path = tmp_path / "medrag.db"
    with Trail.open(path) as trail, serving(engine_of(ScriptedModel(["C"])), trail) as base:
        ask(page, base)
        item = page.locator(".statements > li")
        item.get_by_role("button", name="Edit").click()
        item.get_by_role("textbox", name="Edit").fill("Nothing.")
        page.keyboard.press("Escape")
        assert item.locator(".statement").inner_text() == "Offer paracetamol for pain and fever."
        assert page.locator(":focus").inner_text() == "Edit"
    assert exported(tmp_path) == []


def test_a_verdict_that_is_not_kept_does_not_show(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        ask(page, base)
        item = page.locator(".statements > li")
        item.get_by_role("button", name="Reject").click()
        item.get_by_text("Not kept: this service keeps no feedback").wait_for()
        assert item.get_by_role("button", name="Reject").get_attribute("aria-pressed") == "false"
        assert item.locator(".statement").get_attribute("data-verdict") is None


def test_an_answer_is_not_taken_for_another_patients(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        ask(page, base, allergies="penicillin")
        page.locator("[name=medications]").fill("warfarin")
        page.get_by_text("has changed since this answer").wait_for()
        page.get_by_role("button", name="Clear").click()
        assert page.locator(".statements").count() == 0
        assert page.locator("#patient-read").inner_text() == ""
        assert page.locator("[name=allergies]").input_value() == ""


def test_an_emergency_comes_first(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        question = "Sore throat, and now crushing chest pain and breathless. What for pharyngitis?"
        ask(page, base, question, medications="warfarin")
        shoot(page, "emergency")
        assert page.get_by_role("alert").count() == 1
        assert page.get_by_role("alert").inner_text().startswith("Emergency:")
        assert page.locator(".answer > :visible").first.get_attribute("class") == "notice"
        page.emulate_media(media="print")
        shoot(page, "print")
        assert page.locator(".asked").inner_text() == question
        assert not page.get_by_role("button", name="Ask").is_visible()
        assert page.locator(".notice").first.is_visible()


def test_a_long_question_is_printed_whole(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        question = f"{QUESTION} " + "The throat has been sore for a week. " * 40 + "No cough."
        ask(page, base, question, allergies=ALLERGIC["allergies"][0])
        page.emulate_media(media="print")
        asked = page.locator(".asked")
        assert asked.inner_text().endswith("No cough.")
        assert asked.evaluate("(node) => node.scrollHeight <= node.clientHeight")
        assert "penicillin" in page.locator(".identity").inner_text()
        assert not page.get_by_role("button", name="Reject").is_visible()
        assert page.pdf().startswith(b"%PDF")


def test_markup_from_the_server_stays_text(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        ask(page, base, conditions="<img src=x onerror=document.title='broken'>")
        assert page.title() == "medrag"
        assert page.locator("img").count() == 0


def test_stopping(engine_of: EngineOf, page: Any) -> None:
    model = SlowModel(["C"])
    with serving(engine_of(model), keep_alive_s=0.2) as base:
        page.goto(base)
        page.locator("#question").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        assert model.asked.wait(20)
        page.get_by_role("button", name="Stop").click()
        page.get_by_text("Stopped.").wait_for()
        assert page.locator(":focus").inner_text() == "Ask"
        assert model.given_up.wait(15)
