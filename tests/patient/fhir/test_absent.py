"""Entries that say that nothing is known, or that there is nothing: the International Patient Summary's, and lists."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.patient import from_fhir
from medrag.patient.fhir.absent import ABSENT_OR_UNKNOWN
from medrag.types import Patient
from tests.patient.records import TODAY, allergy, bundle, condition, order, person


def ips(code: str, **words: str) -> dict[str, Any]:
    return {"coding": [{"system": ABSENT_OR_UNKNOWN, "code": code, **words}]}


def read(*resources: dict[str, Any]) -> Patient:
    return from_fhir(bundle(person(), *resources), TODAY)


def test_no_information_is_not_recorded() -> None:
    drug = {
        **order(None),
        "medicationCodeableConcept": ips("no-medication-info", display="No information about medications"),
    }
    known = read(
        allergy("x", code=ips("no-allergy-info", display="No information about allergies")),
        condition("y", code=ips("no-problem-info")),
        drug,
    )
    assert (known.allergies, known.conditions, known.medications) == (None, None, None)
    assert (known.no_known_allergies, known.problems) == (None, ())
    assert {"allergies", "conditions", "medications"} <= {line.partition(":")[0] for line in known.missing}


def test_words_alone_say_so_too() -> None:
    assert read(allergy("x", code={"text": "No information available about allergies"})).allergies is None


def test_none_known_is_recorded_as_none() -> None:
    drug = {**order(None), "medicationCodeableConcept": ips("no-known-medications")}
    known = read(allergy("x", code=ips("no-known-allergies")), condition("y", code=ips("no-known-problems")), drug)
    assert known.no_known_allergies is True
    assert (known.conditions, known.medications) == ((), ())


def test_none_known_beside_one_that_is_recorded_loses() -> None:
    known = read(condition("y", code=ips("no-known-problems")), condition("Asthma"))
    assert [fact.display for fact in known.conditions or ()] == ["Asthma"]


@pytest.mark.parametrize(
    ("code", "none"),
    [
        ("no-known-medication-allergies", True),
        ("no-known-food-allergies", None),
        ("no-known-environmental-allergies", None),
    ],
)
def test_none_known_of_one_kind(code: str, none: bool | None) -> None:
    assert read(allergy("x", code=ips(code, display=code.replace("-", " ")))).no_known_allergies is none


def test_a_section_that_is_empty_says_why() -> None:
    def section(loinc: str, reason: str) -> dict[str, Any]:
        code = {"coding": [{"system": "http://loinc.org", "code": loinc}]}
        return {"title": "x", "code": code, "emptyReason": {"coding": [{"code": reason}]}}

    made = {
        "resourceType": "Composition",
        "id": "c",
        "status": "final",
        "type": {"text": "Summary"},
        "date": "2026-11-01",
        "author": [{"display": "x"}],
        "title": "Summary",
        "section": [section("11450-4", "nilknown"), section("10160-0", "unavailable")],
    }
    known = read(made)
    assert (known.conditions, known.medications) == ((), None)
