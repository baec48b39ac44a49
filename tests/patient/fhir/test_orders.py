"""The orders of a session one by one, and whether what a server gave is all of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from medrag.patient import from_fhir
from medrag.patient.fhir.orders import read_orders, selected, unresolved
from medrag.patient.fhir.searches import next_page, shortfalls
from medrag.types import Allergy

DAY = date(2026, 1, 1)


def order(**change: Any) -> dict[str, Any]:
    draft = {"resourceType": "MedicationRequest", "id": "m", "status": "draft", "intent": "order"}
    return draft | {"subject": {"reference": "Patient/p"}, "medicationCodeableConcept": {"text": "ibuprofen"}} | change


def bundle(*resources: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}


@pytest.mark.parametrize(
    ("change", "fate"),
    [
        ({}, "ordered"),
        ({"status": "active"}, "ordered"),
        ({"status": "unknown"}, "ordered"),
        ({"status": "cancelled"}, "not_ordered"),
        ({"doNotPerform": True}, "not_ordered"),
        ({"doNotPerform": {"value": True}}, "unread"),
        ({"medicationCodeableConcept": {}}, "unread"),
        ({"medicationCodeableConcept": 3}, "unread"),
        ({"subject": {"reference": "Patient/q"}}, "other_patient"),
        ({"subject": {"reference": "https://ehr.example.org/fhir/Patient/p"}}, "ordered"),
        ({"subject": {"reference": "p"}}, "ordered"),
        ({"resourceType": "NutritionOrder"}, "other_kind"),
    ],
)
def test_what_becomes_of_an_order(change: dict[str, Any], fate: str) -> None:
    (only,) = read_orders(bundle(order(**change)), None, "Patient/p", DAY)
    assert only.fate == fate
    assert (only.medication is not None) == (fate == "ordered")


def test_two_orders_of_one_id_that_differ_are_told() -> None:
    found = read_orders(bundle(order(), order(medicationCodeableConcept={"text": "naproxen"})), None, None, DAY)
    assert {each.fate for each in found} == {"ordered", "unread"}


def test_every_dose_shape_is_read() -> None:
    shapes = [
        {"doseQuantity": {"value": 2, "unit": "tablet"}},
        {"doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablet"}}]},
        {"doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablet"}}], "asNeeded": True},
    ]
    for shape in shapes:
        (only,) = read_orders(bundle(order(dosageInstruction=[shape])), None, None, DAY)
        assert only.medication is not None
        assert (only.medication.dosage or "").startswith("2 tablet")


def test_an_allergy_of_r5() -> None:
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a",
        "patient": {"reference": "Patient/p"},
        "type": {"coding": [{"code": "intolerance"}]},
        "code": {"text": "penicillin"},
        "reaction": [{"manifestation": [{"concept": {"text": "rash"}}]}],
    }
    (found,) = from_fhir(bundle(allergy)).allergies or ()
    assert isinstance(found, Allergy)
    assert (found.kind, found.reaction) == ("intolerance", "rash")


def test_a_fact_whose_patient_is_a_bare_id_is_the_patient_s() -> None:
    patient = {"resourceType": "Patient", "id": "p"}
    read = from_fhir(bundle(patient, order(status="active", subject={"reference": "p"})))
    assert [each.display for each in read.medications or ()] == ["ibuprofen"]


def test_selections_by_any_name() -> None:
    orders = read_orders(bundle(order(), order(id="n")), None, None, DAY)
    for name in ("m", "MedicationRequest/m", "https://ehr.example.org/fhir/MedicationRequest/m"):
        chosen, beside, lost = selected(orders, [name, "gone"])
        assert [each.reference for each in chosen] == ["MedicationRequest/m"]
        assert [each.reference for each in beside] == ["MedicationRequest/n"]
        assert lost == ["gone"]


def test_references_that_lead_nowhere() -> None:
    asked = {"medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/x"}}
    draft = {name: value for name, value in order(**asked).items() if value is not None}
    assert unresolved(bundle(draft), {}) == ["Medication/x"]
    held = {"resourceType": "Medication", "id": "x", "code": {"text": "ibuprofen"}}
    assert unresolved(bundle(draft), {"medication": held}) == []


@pytest.mark.parametrize(
    ("content", "part", "failure"),
    [
        ({"a": bundle() | {"link": [{"relation": "next", "url": "x"}]}}, "a", None),
        ({"a": bundle(order()) | {"type": "searchset", "total": 4}}, "a", None),
        ({"a": {"resourceType": "OperationOutcome"}}, "a", "OperationOutcome"),
        (
            {"a": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "login"}]}},
            "a",
            "OperationOutcome: login",
        ),
    ],
)
def test_what_is_not_whole(content: Any, part: str, failure: str | None) -> None:
    (only,) = shortfalls(content)
    assert (only.part, only.failure) == (part, failure)


def test_what_is_whole() -> None:
    hint = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}
    assert shortfalls({"a": bundle(order(), hint) | {"total": 1}, "b": None}) == []
    assert next_page(bundle()) is None
