"""An answer while it comes and after: stale, copied, printed, kept in the browser, beside another patient's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from medrag.generation.scripted import ScriptedModel
from medrag.server.guard.audit import Trail
from tests.server.conftest import QUESTION, EngineOf
from tests.server.serving import SlowModel, serving
from tests.server.web.screen import ask, enter, shoot


def test_a_stale_answer_is_dimmed_until_the_patient_is_as_before(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        ask(page, base, medications="warfarin")
        enter(page, medications="warfarin\nibuprofen")
        page.locator(".case.stale").wait_for()
        shoot(page, "stale")
        assert page.get_by_role("button", name="Ask again").is_visible()
        enter(page, medications="warfarin")
        page.get_by_text("Done. Shown: 1; withheld: 0.").wait_for()
        page.locator("#question").fill("Something else?")
        page.locator(".case.stale").wait_for()
        page.locator("#question").fill(QUESTION)
        page.locator(".case.stale").wait_for(state="detached")


def test_a_finding_gives_its_reason_on_demand(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["A,B"]))) as base:
        ask(page, base, medications="warfarin")
        chip = page.locator("button.finding").first
        reason = page.locator(f"#{chip.get_attribute('aria-controls')}")
        assert (chip.get_attribute("aria-expanded"), reason.is_visible()) == ("false", False)
        chip.click()
        assert (chip.get_attribute("aria-expanded"), reason.is_visible()) == ("true", True)


def test_a_copy_says_who_it_is_for(engine_of: EngineOf, page: Any) -> None:
    page.add_init_script("navigator.clipboard.writeText = async (words) => { window.copied = words; };")
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        ask(page, base, label="Bed 7", age_years="34", allergies="penicillin")
        page.get_by_role("button", name="Copy").click()
        page.get_by_text("Copied.").wait_for()
        words = page.evaluate("window.copied")
        assert words.startswith("For Bed 7 · 34 years")
        assert "penicillin" in words and QUESTION in words
        assert "Offer paracetamol for pain and fever." in words and "Streptococcal pharyngitis" in words


def test_a_print_is_one_page_with_the_patient_of_the_answer(engine_of: EngineOf, page: Any) -> None:
    drugs = [f"drug number {number}" for number in range(9)]
    with serving(engine_of(ScriptedModel(["A,B,C"]))) as base:
        ask(page, base, label="Bed 7", age_years="34", allergies="penicillin", medications="\n".join(drugs))
        enter(page, allergies="latex")
        page.emulate_media(media="print")
        shoot(page, "printed")
        identity = page.locator(".identity")
        assert identity.inner_text().startswith("Bed 7 · 34 years")
        assert "penicillin" in identity.inner_text() and "latex" not in identity.inner_text()
        assert all(drug in identity.inner_text() for drug in drugs)
        assert not page.locator(".banner").is_visible()
        assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) == 1


def test_history_is_kept_where_it_is_wanted_alone(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        ask(page, base, label="Bed 7", allergies="penicillin")
        assert page.evaluate("localStorage.getItem('history')") is None
        page.get_by_role("button", name="History").click()
        assert page.get_by_text("Nothing is kept.").is_visible()
        page.get_by_label("Keep answers in this browser").check()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Ask", exact=True).click()
        for _ in range(600):  # "Done." of the answer before may still stand
            if "Bed 7" in (page.evaluate("localStorage.getItem('history')") or ""):
                break
            page.wait_for_timeout(100)
        page.reload()
        page.get_by_role("button", name="History").click()
        page.locator("button.kept", has_text="Bed 7").click()
        assert page.locator(".statements > li").count() == 2
        assert page.locator("#question").input_value() == QUESTION
        assert page.locator("[name=allergies]").input_value() == "penicillin"
        page.locator(".banner .group.red").wait_for()
        assert page.get_by_text("Guidelines and checks may have changed since").is_visible()
        page.get_by_role("button", name="History").click()
        page.get_by_label("Keep answers in this browser").uncheck()
        assert page.evaluate("localStorage.getItem('history')") is None


def test_two_patients_side_by_side(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["A,C"]))) as base:
        page.goto(base)
        enter(page, label="Bed 1", allergies="penicillin")
        page.get_by_role("button", name="Compare").click()
        assert page.locator("[name=allergies]").input_value() == ""
        enter(page, label="Bed 2", medications="warfarin")
        page.locator("#question").fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_text("Done.").nth(1).wait_for()
        shoot(page, "two")
        first, second = page.locator(".case").all()
        assert "amoxicillin" in first.locator(".withheld").inner_text()
        assert "amoxicillin" in second.locator(".statements").inner_text()
        page.get_by_role("button", name="Patient 1").click()
        assert page.locator("[name=allergies]").input_value() == "penicillin"
        enter(page, allergies="latex")
        assert first.get_attribute("class") == "case stale"
        assert second.get_attribute("class") == "case"
        page.get_by_role("button", name="One patient again").click()
        assert page.locator(".case").count() == 1
        assert page.locator("[name=label]").input_value() == "Bed 1"


def test_the_steps_are_shown_while_one_waits(engine_of: EngineOf, page: Any) -> None:
    model = SlowModel(["C"])
    with serving(engine_of(model), keep_alive_s=0.2) as base:
        page.goto(base)
        enter(page, allergies="penicillin")
        page.locator("#question").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        assert model.asked.wait(20)
        page.locator(".steps li:nth-child(3)[data-state=now]").wait_for()
        shoot(page, "waiting")
        states = page.locator(".steps li").evaluate_all("(nodes) => nodes.map((each) => each.dataset.state)")
        assert states == ["done", "done", "now", "later"]
        page.get_by_role("button", name="Stop").click()
        page.get_by_text("Stopped.").wait_for()
        assert not page.locator(".steps").is_visible()


def test_a_server_that_is_gone_is_told_in_the_header(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        ask(page, base)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("The server does not answer. Nothing can be asked or saved now").wait_for()
    shoot(page, "gone")


def violations(page: Any) -> list[str]:
    """What axe-core finds wrong, a line each."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(engine_of: EngineOf, page: Any, scheme: str, width: int, tmp_path: Path) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)
    with (
        Trail.open(tmp_path / "medrag.db") as trail,
        serving(engine_of(ScriptedModel(["A,B,C"])), trail) as base,
    ):
        page.goto(base)
        assert violations(page) == []
        question = "Sore throat, and crushing chest pain. What for pharyngitis?"
        ask(page, base, question, allergies="penicillin", medications="warfarin", age_years="71", sex="female")
        page.locator("button.finding").first.click()
        assert violations(page) == []
        page.locator(".cite").first.click()
        assert violations(page) == []
        page.keyboard.press("Escape")
        enter(page, allergies="latex")
        assert violations(page) == []
        page.get_by_role("button", name="Compare").click()
        if width < 960:
            page.keyboard.press("Escape")
        page.get_by_role("button", name="History").click()
        assert violations(page) == []
