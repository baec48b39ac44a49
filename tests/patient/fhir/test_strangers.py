"""Entries that refer to no patient of the document and say by a name, a number or a contained Patient whose."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.patient import from_json
from tests.patient.records import TODAY, bundle, order, person

OWN = person(
    name=[{"family": "Okoro", "given": ["Ada"]}],
    identifier=[{"system": "https://north.example.org/mrn", "value": "4711"}],
    birthDate="1971-04-09",
)
NORTH = "https://north.example.org/mrn"


def contained(**fields: Any) -> dict[str, Any]:
    return {"subject": {"reference": "#w"}, "contained": [{"resourceType": "Patient", "id": "w", **fields}]}


@pytest.mark.parametrize(
    "whose",
    [
        {"subject": {"display": "Piotr Lang"}},
        {"subject": {"display": "LANG, PIOTR (M, 55y)"}},
        {"subject": {"identifier": {"system": NORTH, "value": "9022"}}},
        contained(name=[{"family": "Lang", "given": ["Piotr"]}]),
        contained(birthDate="1950-01-02"),
        contained(gender="male"),
    ],
)
def test_another_patients_entry_is_left_out_and_told(whose: dict[str, Any]) -> None:
    read = from_json(bundle(OWN, {**order("warfarin"), **whose}), TODAY)
    assert not read.medications
    assert [problem.lost for problem in read.problems] == [("medications",)]


@pytest.mark.parametrize(
    "whose",
    [
        {"subject": {"display": "Ada Okoro"}},
        {"subject": {"display": "Okoro, A."}},
        {"subject": {"display": "self"}},
        {"subject": {"display": "Patient 4711"}},
        {"subject": {"identifier": {"system": NORTH, "value": "4711"}}},
        {"subject": {"identifier": {"system": "https://south.example.org/mrn", "value": "1"}}},
        contained(name=[{"family": "Okoro", "given": ["Ada"]}], birthDate="1971-04-09"),
    ],
)
def test_the_patients_own_entry_is_read(whose: dict[str, Any]) -> None:
    read = from_json(bundle(OWN, {**order("warfarin"), **whose}), TODAY)
    assert [each.status.value for each in read.medications or ()] == ["active"]


def test_an_extension_that_changes_the_meaning_is_told() -> None:
    changed = {**order("warfarin"), "modifierExtension": [{"url": "https://example.org/not", "valueBoolean": True}]}
    assert [each.lost for each in from_json(bundle(OWN, changed), TODAY).problems] == [("medications",)]


@pytest.mark.parametrize("code", ["716186003", "409137002"])
def test_none_known_by_a_code_alone(code: str) -> None:
    coding = {"coding": [{"system": "http://snomed.info/sct", "code": code}]}
    entry = {"resourceType": "AllergyIntolerance", "code": coding}
    (read,) = from_json(bundle(OWN, entry), TODAY).allergies or ()
    assert (read.display.startswith("No known"), read.status.value) == (True, "negated")


def test_short_references_of_a_health_cards_bundle_are_followed() -> None:
    owner = {"resourceType": "Patient", "birthDate": "1971-04-09"}
    entry = {"resourceType": "AllergyIntolerance", "patient": {"reference": "resource:0"}, "code": {"text": "Codeine"}}
    entries = [{"fullUrl": f"resource:{place}", "resource": each} for place, each in enumerate((owner, entry))]
    read = from_json({"resourceType": "Bundle", "type": "collection", "entry": entries}, TODAY)
    assert [each.display for each in read.allergies or ()] == ["Codeine"]
