"""Cleaning: duplicates, contradictions, impossible values, what is missing; and the structured format itself."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from medrag.errors import PatientError
from medrag.patient import from_json, load
from medrag.patient.formats.structured import written
from medrag.patient.record.cleaning import merge_duplicates
from medrag.patient.record.facts import LISTS
from medrag.patient.report import report
from medrag.patient.schema import patient_schema
from medrag.patient.summary import summarise
from medrag.types import FactStatus, Medication, Patient
from tests.paths import ROOT
from tests.patient.records import TODAY


def reasons(known: Patient) -> str:
    return "\n".join(problem.reason for problem in known.problems)


def observed(name: str, value: float, unit: str, day: str = "2026-11-01") -> dict[str, Any]:
    return {"display": name, "value": value, "unit": unit, "date": day}


def test_duplicates_become_one_that_knows_what_both_knew() -> None:
    known = from_json(
        {
            "allergies": ["Penicillin", {"display": "penicillin", "reaction": "hives", "source": "b"}],
            "conditions": ["Asthma (disorder)", "asthma"],
            "medications": [
                {"display": "metformin", "dosage": "500 mg daily"},
                {"display": "metformin", "dosage": "500 mg daily", "source": "b"},
                {"display": "metformin", "dosage": "1000 mg daily"},
            ],
        },
        TODAY,
    )
    assert [(fact.display, fact.reaction) for fact in known.allergies] == [("Penicillin", "hives")]
    assert len(known.conditions) == 1
    assert [fact.dosage for fact in known.medications] == ["500 mg daily", "1000 mg daily"]


def test_contradictions_stay_and_are_shown() -> None:
    known = from_json(
        {
            "sex": "male",
            "pregnant": True,
            "no_known_allergies": True,
            "conditions": ["asthma", {"display": "asthma", "status": "refuted"}],
            "allergies": ["latex"],
            "medications": ["warfarin", {"display": "Warfarin", "status": "resolved"}],
            "observations": [observed("potassium", 3.1, "mmol/L"), observed("potassium", 5.9, "mmol/L")],
        },
        TODAY,
    )
    text = reasons(known)
    assert "both as present and as refuted" in text
    assert "no known allergies, yet an allergy is recorded" in text
    assert "recorded as male and as pregnant" in text
    assert "potassium: two values at the same time" in text
    assert "warfarin is recorded both as taken and as stopped" in text
    assert (len(known.conditions), len(known.observations)) == (2, 2)


@pytest.mark.parametrize(
    ("name", "value", "unit", "hint"),
    [
        ("weight", 700, "kg", "perhaps it is in lb"),
        ("temperature", 98, "Cel", "perhaps it is in °F"),
        ("height", 1.75, "cm", "perhaps it is in m"),
        ("creatinine", 90, "mg/dL", "perhaps it is in µmol/L"),
        ("potassium", 42, "mmol/L", "a decimal point too far right"),
        ("heart rate", 7, "/min", "a decimal point too far left"),
        ("sodium", 140, "kg", "its unit does not measure sodium"),
    ],
)
def test_impossible_values_are_flagged_with_the_likely_slip(name: str, value: float, unit: str, hint: str) -> None:
    known = from_json({"observations": [observed(name, value, unit)]}, TODAY)
    assert hint in reasons(known)
    assert known.observations[0].status is FactStatus.UNCERTAIN


def test_an_impossible_weight_is_not_used() -> None:
    known = from_json({"weight_kg": 700, "height_cm": 170, "age_years": 40}, TODAY)
    assert known.weight_kg is None
    assert "weight 700 kg is not possible" in reasons(known)
    assert "bmi" not in known.derived


def test_what_lies_in_the_future_is_not_current() -> None:
    known = from_json({"observations": [observed("potassium", 4, "mmol/L", "2030-01-01")]}, TODAY)
    assert known.observations[0].status is FactStatus.UNCERTAIN
    assert "dated in the future" in reasons(known)


def test_an_empty_list_says_none_and_an_absent_one_nothing() -> None:
    silent, stated = from_json({"age_years": 40}, TODAY), from_json({"age_years": 40, "medications": []}, TODAY)
    assert any(line.startswith("medications: not recorded") for line in silent.missing)
    assert not any(line.startswith("medications") for line in stated.missing)
    again = from_json(json.loads(silent.model_dump_json()), TODAY)
    assert again.missing == silent.missing


def test_unknowns_are_explicit_and_survive_every_way_of_writing_them() -> None:
    silent, stated = from_json({"age_years": 40}, TODAY), from_json({"age_years": 40, "medications": []}, TODAY)
    assert (silent.medications, stated.medications) == (None, ())
    for known in (silent, stated):
        shown = written(known)
        assert all(isinstance(shown[name], list) for name in LISTS)
        assert from_json(shown, TODAY) == known
        assert from_json(known.model_dump(mode="json"), TODAY) == known
        assert Patient.model_validate(known.model_dump()) == known
    assert "medications" in written(silent)["not_recorded"]
    assert "medications" not in written(stated)["not_recorded"]


def test_what_an_older_medrag_wrote_says_what_it_said() -> None:
    """Every list was written, and a line of ``missing`` said which of the empty ones was not recorded."""
    old = {
        "medications": [],
        "allergies": [],
        "conditions": [],
        "missing": ["medications: not recorded; blocks interaction checks", "age: not recorded; blocks age checks"],
    }
    known = from_json(old, TODAY)
    assert (known.medications, known.allergies, known.conditions) == (None, (), ())


def test_the_prompt_tells_none_from_not_recorded() -> None:
    assert "Not recorded: allergies; medications." in summarise(Patient())
    none = summarise(Patient(allergies=(), medications=()))
    assert "Allergies: no known allergies.\nMedications: none." in none
    assert "Not recorded" not in none


def test_what_medrag_writes_it_reads_back() -> None:
    known = from_json(
        {
            "birth_date": "1960-05-01",
            "sex": "female",
            "weight_kg": 70,
            "height_cm": 165,
            "conditions": ["asthma"],
            "allergies": ["latex"],
            "medications": ["salbutamol"],
            "observations": ["creatinine 1.1 mg/dL"],
        },
        TODAY,
    )
    assert known.observations[0].value == 1.1
    assert from_json(json.loads(known.model_dump_json()), TODAY) == known


def test_plain_words_are_read_as_people_write_them() -> None:
    known = from_json(
        {
            "allergies": ["NKDA"],
            "conditions": ["gout", "no diabetes"],
            "medications": ["none"],
            "observations": ["BP 150/90", "creatinine 1.4 mg/dL", "ferritin 20 ng/mL", "looks well"],
        },
        TODAY,
    )
    assert known.no_known_allergies is True
    assert [(fact.display, fact.status.value) for fact in known.conditions] == [
        ("gout", "active"),
        ("diabetes", "negated"),
    ]
    assert not any(line.startswith("medications") for line in known.missing)
    assert [(fact.display, fact.value) for fact in known.observations] == [
        ("systolic blood pressure", 150),
        ("diastolic blood pressure", 90),
        ("creatinine", 1.4),
        ("ferritin", 20),
        ("looks well", None),
    ]


def test_dates_stay_dates() -> None:
    known = from_json({"conditions": [{"display": "gout", "date": "2020-01-01"}]}, TODAY)
    assert '"date":"2020-01-01"' in known.model_dump_json()


def test_age_follows_the_birth_date() -> None:
    known = from_json({"birth_date": "1960-11-25", "age_years": 50}, TODAY)
    assert known.age_years == 65
    assert "age and birth date disagree" in reasons(known)
    assert from_json({"birth_date": "2026-05-24"}, TODAY).age_years == 0.5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"age_years": "old"}, "age_years: "),
        ({"sex": "yes"}, "sex: is not one of the allowed values"),
        ({"sex": "male", "shoe_size": 44}, "has a field that the patient schema does not have"),
        ({"conditions": [{"display": "gout", "status": "secret words"}]}, "conditions[0].status: is not one of"),
        ({"conditions": [{"display": "gout", "secret words": 1}]}, "conditions[0] has a field"),
        ({"shoe_size": 44}, "JSON object of no known kind"),
        ([1, 2], "JSON list, but not of FHIR"),
        ("text", "neither an object nor a list"),
    ],
)
def test_errors_name_the_place_and_never_the_content(content: Any, said: str) -> None:
    with pytest.raises(PatientError) as caught:
        from_json(content, TODAY)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_of_one_patient_are_merged_and_their_disagreements_shown(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"sex": "female", "birth_date": "1960-05-01", "conditions": ["gout"]}')
    (tmp_path / "b.json").write_text('{"sex": "male", "medications": ["allopurinol"]}')
    known = load([tmp_path / "a.json", tmp_path / "b.json"], TODAY, one_person=True)
    assert (known.sex, known.conditions[0].display, known.medications[0].display) == ("female", "gout", "allopurinol")
    assert "the files disagree on sex; the first is used" in reasons(known)


def test_a_childs_height_is_not_an_adults() -> None:
    def height_of(birth: str) -> float | None:
        measured = {"display": "Body height", "code": "8302-2", "value": 121, "unit": "cm", "date": "2015-01-01"}
        return from_json({"birth_date": birth, "observations": [measured]}, TODAY).height_cm

    assert height_of("1990-01-01") == 121
    assert height_of("2005-01-01") is None
    assert height_of("2012-01-01") is None


def test_the_published_schema_is_current() -> None:
    published = ROOT / "docs" / "patient.schema.json"
    assert json.loads(published.read_text()) == patient_schema(), (
        "run: python -m medrag.patient.schema > docs/patient.schema.json"
    )


def test_the_report_is_one_page_and_names_sources() -> None:
    many = [observed(f"test {number}", number, "mg/dL") for number in range(200)]
    known = from_json({"age_years": 40, "conditions": ["gout"], "observations": many, "weight_kg": 900}, TODAY)
    page = report(known)
    assert len(page.splitlines()) < 80
    assert "... and 192 more" in page
    assert "Conditions (1 current)\n  gout  <structured>" in page
    assert "weight 900 kg is not possible" in page


def plain_merge(facts: list[Medication]) -> tuple[Medication, ...]:
    """Each fact against all kept before it, as merging is meant."""
    names = [name for name in Medication.model_fields if name not in {"source", "date", "display", "status"}]
    kept: list[Medication] = []
    for fact in facts:
        for place, one in enumerate(kept):
            pairs = [(getattr(one, name), getattr(fact, name)) for name in names]
            if one.display == fact.display and all(None in pair or pair[0] == pair[1] for pair in pairs):
                filled = {name: theirs for name, (mine, theirs) in zip(names, pairs, strict=True) if mine is None}
                kept[place] = one.model_copy(update=filled)
                break
        else:
            kept.append(fact)
    return tuple(kept)


def test_merging_by_what_is_said_is_merging_by_comparing_all() -> None:
    chance = random.Random(7)
    for _ in range(300):
        facts = [
            Medication(
                display=chance.choice("ab"),
                code=chance.choice([None, "1", "2"]),
                system=chance.choice([None, "R", "S"]),
                dosage=chance.choice([None, "5 mg", "10 mg"]),
                source="x",
            )
            for _ in range(chance.randint(1, 12))
        ]
        assert merge_duplicates(facts) == plain_merge(facts)
