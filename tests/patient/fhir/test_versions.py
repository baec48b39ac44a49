"""DSTU2, STU3 and R5 resources beside those of the same patient's samples; FHIR as XML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from medrag.patient import from_fhir, load
from medrag.patient.fhir.versions import as_r4
from medrag.types import Patient
from tests.patient.records import PATIENT, TODAY, allergy, bundle, condition, lab, order, person

SUBJECT = {"reference": PATIENT}


def read(*resources: dict[str, Any]) -> Patient:
    return from_fhir(bundle(person(), *resources), TODAY)


def status_of(resource: dict[str, Any]) -> str:
    known = read({"id": "x", **resource})
    facts = [*(known.conditions or ()), *(known.allergies or ()), *(known.medications or ()), *(known.procedures or ())]
    (fact,) = facts
    assert known.problems == ()
    return fact.status.value


@pytest.mark.parametrize(
    "made", [person(), condition("Asthma"), allergy("Egg"), order("Aspirin"), lab("1", "x", 1, "g")]
)
def test_r4_stays_as_it_is(made: dict[str, Any]) -> None:
    resource = {name: value for name, value in made.items() if name != "fullUrl"}
    assert as_r4(resource) == resource


STATEMENT = {
    "resourceType": "MedicationStatement",
    "subject": SUBJECT,
    "medicationCodeableConcept": {"text": "aspirin"},
}
R5_STATEMENT = {
    "resourceType": "MedicationStatement",
    "status": "recorded",
    "subject": SUBJECT,
    "medication": {"concept": {"text": "aspirin"}},
}


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ({**STATEMENT, "status": "active", "taken": "n"}, "negated"),
        ({**STATEMENT, "status": "active", "taken": "unk"}, "uncertain"),
        ({**STATEMENT, "status": "active", "wasNotTaken": True}, "negated"),
        (R5_STATEMENT, "active"),
        ({**R5_STATEMENT, "effectivePeriod": {"start": "2020-01-01", "end": "2020-02-01"}}, "resolved"),
        ({**R5_STATEMENT, "adherence": {"code": {"coding": [{"code": "stopped"}]}}}, "resolved"),
        ({**R5_STATEMENT, "adherence": {"code": {"coding": [{"code": "not-taking"}]}}}, "negated"),
        ({**R5_STATEMENT, "status": "entered-in-error"}, "refuted"),
    ],
)
def test_whether_a_drug_is_taken(resource: dict[str, Any], status: str) -> None:
    assert status_of(resource) == status


@pytest.mark.parametrize(
    ("stated", "status"),
    [
        ("active", "active"),
        ("confirmed", "active"),
        ("unconfirmed", "uncertain"),
        ("inactive", "resolved"),
        ("resolved", "resolved"),
        ("refuted", "refuted"),
        ("entered-in-error", "refuted"),
    ],
)
def test_dstu2_has_one_status_of_an_allergy(stated: str, status: str) -> None:
    made = {"resourceType": "AllergyIntolerance", "status": stated, "substance": {"text": "Egg"}, "patient": SUBJECT}
    assert status_of(made) == status


@pytest.mark.parametrize(
    ("flags", "status"),
    [
        ({"status": "completed", "notPerformed": True, "performedDateTime": "2026-10-01"}, "negated"),
        ({"status": "completed", "notDone": True, "performedDateTime": "2026-10-01"}, "negated"),
        ({"status": "completed", "occurrenceDateTime": "2026-10-01"}, "active"),
        ({"status": "completed", "occurrencePeriod": {"start": "2001-01-01"}}, "resolved"),
    ],
)
def test_whether_a_procedure_was_done(flags: dict[str, Any], status: str) -> None:
    assert status_of({"resourceType": "Procedure", "code": {"text": "Biopsy"}, "subject": SUBJECT, **flags}) == status


@pytest.mark.parametrize("flag", ["wasNotGiven", "notGiven"])
def test_a_vaccine_that_was_not_given(flag: str) -> None:
    made = {"resourceType": "Immunization", "status": "completed", "date": "2026-10-01", "vaccineCode": {"text": "MMR"}}
    assert status_of({**made, "patient": SUBJECT, flag: True}) == "negated"
    assert status_of({**made, "patient": SUBJECT, flag: False}) == "active"


def test_doses_of_each_version_are_read() -> None:
    stu3 = order(
        "Aspirin",
        dosageInstruction=[
            {
                "doseQuantity": {"value": 75, "unit": "mg"},
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
            }
        ],
    )
    r5 = {
        **stu3,
        "dosageInstruction": [{"asNeeded": True, "doseAndRate": [{"doseQuantity": {"value": 75, "unit": "mg"}}]}],
    }
    assert [drug.dosage for drug in read(stu3).medications or ()] == ["75 mg 1 time(s) every 1 d"]
    assert [drug.dosage for drug in read(r5).medications or ()] == ["75 mg as needed"]


def test_a_contained_drug_of_r5_is_found() -> None:
    contained = [{"resourceType": "Medication", "id": "d", "code": {"text": "Warfarin"}}]
    made = {**order(None), "contained": contained, "medication": {"reference": {"reference": "#d"}}}
    assert [drug.display for drug in read(made).medications or ()] == ["Warfarin"]


def test_an_encounter_of_each_version() -> None:
    shared = {"resourceType": "Encounter", "status": "in-progress", "type": [{"text": "Admission"}]}
    made = [
        {**shared, "id": "1", "class": "inpatient", "patient": SUBJECT, "reason": [{"text": "Fever"}]},
        {**shared, "id": "2", "class": {"code": "IMP"}, "subject": SUBJECT, "reason": [{"text": "Fever"}]},
        {
            **shared,
            "id": "3",
            "class": [{"coding": [{"code": "IMP"}]}],
            "subject": SUBJECT,
            "reason": [{"value": [{"concept": {"text": "Fever"}}]}],
        },
    ]
    for each in made:
        known = read(each)
        assert [(fact.value, fact.status.value) for fact in known.observations or ()] == [("Fever", "active")]
        assert known.problems == ()


def test_xml_of_a_single_resource_with_what_it_contains(tmp_path: Path) -> None:
    path = tmp_path / "order.xml"
    path.write_text(
        """<!-- an order --><MedicationRequest xmlns="http://hl7.org/fhir"><id value="m"/><contained><Medication>
        <id value="d"/><code><text value="Warfarin"/></code></Medication></contained><status value="active"/>
        <intent value="order"/><medicationReference><reference value="#d"/></medicationReference>
        <subject><reference value="Patient/p"/></subject><dosageInstruction><asNeededBoolean value="true"/>
        <timing><repeat><frequency value="2"/><period value="1"/><periodUnit value="d"/></repeat></timing>
        <doseAndRate><doseQuantity><value value="2.50"/><unit value="mg"/></doseQuantity></doseAndRate>
        </dosageInstruction></MedicationRequest>"""
    )
    known = load([path], TODAY)
    assert [(drug.display, drug.dosage) for drug in known.medications or ()] == [
        ("Warfarin", "2.5 mg 2 time(s) every 1 d as needed")
    ]
    assert known.problems == ()
