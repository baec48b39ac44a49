"""The patient on the page: the banner, the record that fills the form, what is computed of it, and the drawer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from medrag.generation.scripted import ScriptedModel
from tests.patient.records import allergy, bundle, condition, lab, order, person
from tests.server.conftest import QUESTION, EngineOf
from tests.server.serving import serving
from tests.server.web.screen import ask, enter, shoot
from tests.server.web.test_browser_uploads import choose

RECORD = bundle(
    person(name=[{"given": ["Ada"], "family": "Marsh"}]),
    allergy("Penicillin"),
    condition("Atrial fibrillation"),
    order("warfarin 5 MG Oral Tablet"),
    {**order("ibuprofen 400 MG Oral Tablet"), "id": "m2"},
    *(
        lab("2160-0", "Creatinine", value, "mg/dL", day, id=f"c{day}")
        for value, day in ((1.0, "2024-05-01"), (1.3, "2025-06-01"), (1.6, "2026-10-01"))
    ),
)
EFFECT = {
    "statement": 1,
    "treatment": "warfarin",
    "comparator": "no antithrombotic treatment",
    "outcome": "stroke",
    "kind": "benefit",
    "measure": "RR",
    "relative": {"value": 0.36, "low": 0.26, "high": 0.51},
    "years": 1,
    "population": "adults",
    "source": "a trial",
    "reviewed": True,
    "without": 4.5,
    "with_treatment": {"value": 1.62, "low": 1.17, "high": 2.29},
    "number_needed": {"value": 35, "low": 30, "high": 45},
    "own_risk": None,
}


def loaded(page: Any, base: str) -> None:
    """Opens the page and loads the record."""
    page.goto(base)
    choose(page, record_json=json.dumps(RECORD))
    page.locator(".banner .who").wait_for()


def sent(page: Any) -> dict[str, Any]:
    """The patient that goes with a question."""
    page.locator("#question").fill(QUESTION)
    with page.expect_request("**/v1/chat/completions") as asked:
        page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("Done.").wait_for()
    patient: dict[str, Any] = json.loads(asked.value.post_data)["medrag"]["patient"]
    return patient


def test_a_record_fills_the_form_and_the_banner(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        loaded(page, base)
        shoot(page, "loaded")
        banner = page.locator(".banner")
        assert banner.locator(".who").inner_text().startswith("A. M. · 66 years · female")
        assert banner.locator(".group.red").inner_text().split() == ["Allergies", "Penicillin"]
        assert "eGFR" in banner.inner_text()
        assert page.locator("[name=medications]").input_value().splitlines() == [
            "warfarin 5 MG Oral Tablet",
            "ibuprofen 400 MG Oral Tablet",
        ]
        assert page.locator("[name=sex]").input_value() == "female"
        assert page.locator("[name=allergies]").input_value() == "Penicillin"


def test_where_a_fact_is_from_is_a_hint_away(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        loaded(page, base)
        assert "<" not in page.locator(".record").inner_text()
        hint = page.locator(".banner .chip", has_text="warfarin").get_attribute("title")
        assert hint.startswith("From record.json#MedicationRequest/m")
        egfr = page.locator(".banner .chip", has_text="eGFR").get_attribute("title")
        assert "CKD-EPI 2021" in egfr and "creatinine: 1.6 mg/dL" in egfr


def test_what_is_edited_is_what_is_asked_about(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        loaded(page, base)
        enter(page, medications="warfarin 5 MG Oral Tablet\nparacetamol", weight_kg="70", age_years="70")
        patient = sent(page)
        current = [each["display"] for each in patient["medications"] if each["status"] == "active"]
        assert current == ["warfarin 5 MG Oral Tablet", "paracetamol"]
        kept = patient["medications"][0]
        assert kept["source"].startswith("record.json#") and kept["system"]
        assert (patient["weight_kg"], patient["age_years"], patient["birth_date"]) == (70, 70, None)
        assert "creatinine_clearance" in patient["derived"]
        assert "paracetamol" in page.locator(".banner").inner_text()


def test_a_list_emptied_by_hand_is_not_recorded_and_not_none(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        loaded(page, base)
        enter(page, allergies="")
        assert "allergies" in sent(page)["not_recorded"]
        assert page.locator(".banner .amber").first.inner_text().split() == ["Allergies", "not", "recorded"]


def test_files_loaded_one_after_another_are_held_against_each_other(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        loaded(page, base)
        other = bundle({**person(gender="male", birthDate="1980-01-01"), "id": "q", "fullUrl": "urn:q"})
        choose(page, other_json=json.dumps(other))
        page.get_by_text("seem to be of two people").wait_for()
        shoot(page, "conflict")
        assert page.locator("[name=sex]").input_value() == "female"


def test_conflicts_are_told_in_the_banner(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        page.goto(base)
        page.locator("[name=no_known_allergies]").check()
        enter(page, allergies="penicillin")
        page.locator("[name=conditions]").focus()
        page.locator(".banner .trouble").wait_for()
        assert page.locator(".banner .trouble").inner_text() == "1 problem in the record"
        assert "the allergy stands" in page.locator(".patient .trouble").inner_text()


def test_results_over_time_are_charts_with_words(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        loaded(page, base)
        chart = page.get_by_role("img", name="Creatinine, mg/dL: from 1 on 2024-05-01 to 1.6 on 2026-10-01, 3 values")
        assert chart.locator("circle").count() == 3


def test_a_score_shows_its_inputs_or_why_it_is_refused(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        loaded(page, base)
        page.get_by_text("Scores", exact=True).click()
        page.get_by_label("Score or equation").select_option("cha2ds2_vasc")
        page.get_by_role("button", name="Calculate").click()
        score = page.locator(".score")
        score.get_by_text("Lip 2010").first.wait_for()
        assert "age: 66" in score.inner_text()
        page.get_by_label("Score or equation").select_option("curb_65")
        page.get_by_role("button", name="Calculate").click()
        score.get_by_text("Not calculated").wait_for()
        assert score.locator("li").count() >= 1


def test_the_form_is_in_a_drawer_on_a_phone(engine_of: EngineOf, page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        page.goto(base)
        assert not page.locator("[name=age_years]").is_visible()
        page.get_by_role("button", name="Enter or load").click()
        assert page.get_by_role("dialog", name="Patient").is_visible()
        page.locator("[name=allergies]").fill("penicillin")
        page.keyboard.press("Escape")
        assert not page.locator("[name=age_years]").is_visible()
        page.locator(".banner .group.red").wait_for()
        page.set_viewport_size({"width": 1280, "height": 900})
        page.locator("main > #patient-panel [name=age_years]").wait_for()


def test_what_would_settle_the_rest_leads_to_its_field(engine_of: EngineOf, page: Any) -> None:
    with serving(engine_of(ScriptedModel(["A"]))) as base:
        ask(page, base)
        page.locator(".settling button", has_text="Allergies").click()
        assert page.locator(":focus").get_attribute("name") == "allergies"


@pytest.mark.parametrize(
    ("text", "drugs", "doses"),
    [
        ("Give amoxicillin 500 mg three times daily.", ["amoxicillin"], ["500 mg three times daily"]),
        ("Start an ACE inhibitor if albumin is above 300 mg/g.", ["ACE inhibitor"], []),
        ("Paracetamol 15 mg/kg every 6 hours", ["Paracetamol"], ["15 mg/kg every 6 hours"]),
        ("Target potassium 4.0 mmol/L and sodium 140 mEq/L", [], []),
        ("Keep creatinine clearance above 30 mL/min.", [], []),
    ],
)
def test_drugs_and_doses_stand_out(
    engine_of: EngineOf, page: Any, text: str, drugs: list[str], doses: list[str]
) -> None:
    script = """(text) => import('/web/answer/emphasis.js').then(({ emphasised }) => {
      const node = document.createElement("p");
      node.append(...emphasised(text));
      const of = (kind) => [...node.querySelectorAll(kind)].map((each) => each.textContent);
      return [node.textContent, of(".drug"), of(".dose")];
    })"""
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        page.goto(base)
        assert page.evaluate(script, text) == [text, drugs, doses]


@pytest.mark.parametrize(
    ("change", "people", "dots"),
    [
        ({}, "Of 100 people like this one within a year", [2, 3, 95]),
        (
            {"kind": "harm", "without": 0.2, "with_treatment": {"value": 0.5, "low": 0.3, "high": 0.9}},
            "Of 1000 people like this one within a year",
            [2, 3, 995],
        ),
        (
            {"kind": "gain", "without": 10, "with_treatment": {"value": 30, "low": 20, "high": 40}},
            "Of 100 people like this one within a year",
            [10, 20, 70],
        ),
    ],
    ids=["benefit", "harm", "gain"],
)
def test_risks_are_people(engine_of: EngineOf, page: Any, change: dict[str, Any], people: str, dots: list[int]) -> None:
    script = """(effect) => import('/web/answer/effects.js').then(({ effects }) => {
      const node = document.createElement("div");
      node.append(...effects({ effects: [effect] }));
      document.body.append(node);
      const count = (kinds) => kinds.reduce((sum, kind) => sum + node.querySelectorAll(`rect.${kind}`).length, 0);
      const dots = [count(["either"]), count(["spared", "added"]), count(["neither"])];
      return [node.querySelector("figcaption").textContent, dots];
    })"""
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        page.goto(base)
        assert page.evaluate(script, EFFECT | change) == [people, dots]


def test_a_source_opens_at_its_page(engine_of: EngineOf, page: Any) -> None:
    passage = {"title": "T", "section": [], "organisations": ["O"], "year": 2024, "status": "current", "page": 12}
    script = """(passage) => import('/web/answer/passage.js').then(({ sources }) => {
      const node = document.createElement("div");
      node.append(...sources({ statements: [{ citations: [{ number: 1 }] }], evidence: [{ number: 1, passage }] }));
      return [node.textContent, node.querySelector("a")?.getAttribute("href")];
    })"""
    with serving(engine_of(ScriptedModel(["C"]))) as base:
        page.goto(base)
        said, href = page.evaluate(script, passage | {"url": "https://example.org/a.pdf"})
        assert href == "https://example.org/a.pdf#page=12"
        assert "p. 12" in said and "Open the guideline at page 12" in said
        said, href = page.evaluate(script, passage | {"url": None, "file": "ward.pdf"})
        assert (href, "ward.pdf#page=12" in said) == (None, True)
        said, _ = page.evaluate(script, passage | {"attribution": "WHO, 2024", "licence": "CC-BY-4.0"})
        assert said.endswith("(WHO, 2024; CC-BY-4.0)")
