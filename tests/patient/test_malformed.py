"""Whatever is in a file, the parsers answer with a ``Patient`` or a one-line ``PatientError``, and leak no content."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrag.errors import PatientError
from medrag.patient import from_fhir, from_json, load
from medrag.patient.report import report
from medrag.types import Patient
from tests.patient.records import PATIENT, TODAY, allergy, bundle, coded, condition, lab, order, person

MARK = "zzqx-marker"

RECORD = bundle(
    person(identifier=[{"value": MARK}], name=[{"family": MARK}]),
    condition("Asthma", onsetDateTime="2020-01-01"),
    allergy("Penicillin", reaction=[{"manifestation": [coded("Hives")], "severity": "mild"}], criticality="high"),
    order(
        None,
        contained=[{"resourceType": "Medication", "id": "d", "code": coded("Warfarin")}],
        medicationReference={"reference": "#d"},
        dosageInstruction=[
            {
                "timing": {
                    "repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"end": "2027-01-01"}}
                },
                "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}],
            }
        ],
    ),
    lab("2160-0", "Creatinine", 1.2, "mg/dL"),
    {
        "resourceType": "Observation",
        "id": "bp",
        "status": "final",
        "code": coded("BP"),
        "subject": {"reference": PATIENT},
        "effectivePeriod": {"start": "2026-10-01"},
        "component": [
            {"code": coded("Systolic", "8480-6", "http://loinc.org"), "valueQuantity": {"value": 120, "unit": "mmHg"}}
        ],
    },
    {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "code": coded("CT"),
        "category": [coded("x", "RAD")],
        "conclusion": "No bleed.",
        "subject": {"reference": PATIENT},
        "result": [{"reference": "Observation/bp"}],
    },
    {
        "resourceType": "ImagingStudy",
        "id": "i",
        "status": "available",
        "subject": {"reference": PATIENT},
        "started": "2026-01-01",
        "series": [{"uid": "1", "modality": {"code": "CT"}, "bodySite": {"display": "Head"}}],
    },
    {
        "resourceType": "FamilyMemberHistory",
        "id": "f",
        "status": "completed",
        "patient": {"reference": PATIENT},
        "relationship": coded("mother"),
        "condition": [{"code": coded("Gout")}],
    },
    {
        "resourceType": "Encounter",
        "id": "e",
        "status": "in-progress",
        "class": {"code": "IMP"},
        "subject": {"reference": PATIENT},
        "type": [coded("Admission")],
    },
)
PHARMCAT = {
    "geneReports": {
        "CYP2C19": {
            "callSource": "MATCHER",
            "sourceDiplotypes": [{"label": "*1/*2", "phenotypes": ["Intermediate Metabolizer"], "lookupKey": ["x"]}],
            "variants": [{"call": None}],
        }
    },
    "matcherMetadata": {"timestamp": "2026-01-01T00:00:00Z"},
}
STRUCTURED = {
    "birth_date": "1960-01-01",
    "sex": "female",
    "weight_kg": 70,
    "conditions": ["gout", {"display": "asthma", "status": "resolved", "date": "2020-01-01"}],
    "observations": ["creatinine 1.2 mg/dL", {"display": "potassium", "value": 4, "unit": "mmol/L"}],
    "genotypes": [{"gene": "TPMT", "diplotype": "*1/*1"}],
    "derived": {"x": {"value": 1, "unit": "1", "formula": "f"}},
    "missing": ["a"],
    "problems": [{"source": "s", "reason": "r"}],
}

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=8)
    | st.sampled_from(
        [
            MARK,
            "",
            " ",
            "active",
            "2026-13-45",
            "9999-12-31",
            "0001-01-01",
            "\ud800",
            "#",
            "urn:uuid:",
            "1e999",
            10**400,
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["coding", "code", "value", "reference", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every node below ``node``."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [found for key, value in items for found in ((*path, key), *places(value, (*path, key)))]


@st.composite
def broken(draw: st.DrawFn, original: Any) -> Any:
    """``original`` with one to four of its nodes deleted, replaced by junk, doubled or moved elsewhere."""
    mutant = copy.deepcopy(original)
    for _ in range(draw(st.integers(1, 4))):
        candidates = places(mutant)
        if not candidates:
            break
        path = draw(st.sampled_from(candidates))
        parent = mutant
        for step in path[:-1]:
            parent = parent[step]
        match draw(st.integers(0, 3)):
            case 0:
                del parent[path[-1]]
            case 1:
                parent[path[-1]] = draw(junk)
            case 2:
                parent[path[-1]] = [parent[path[-1]], draw(junk)]
            case _ if isinstance(parent, dict):
                parent[draw(st.sampled_from(["valueString", "value", "status", "code", "extension"]))] = parent[
                    path[-1]
                ]
    return mutant


def answers(read: Callable[[], Patient]) -> None:
    """``read`` answers with a patient that survives JSON and can be shown, or with a clean error."""
    try:
        patient = read()
    except PatientError as error:
        assert "\n" not in str(error)
        assert MARK not in str(error)
        return
    assert Patient.model_validate_json(patient.model_dump_json()).age_years == patient.age_years
    assert report(patient)
    assert not any(MARK in problem.reason for problem in patient.problems)


@pytest.mark.parametrize("kind", [None, 7, "Nonsense", []])
def test_a_contained_resource_of_no_type_is_left_out(kind: Any) -> None:
    request = {
        "resourceType": "MedicationRequest",
        "id": "m",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p"},
        "contained": [{"resourceType": kind, "id": "d"}],
        "medicationCodeableConcept": {"text": "warfarin"},
    }
    person = {"resourceType": "Patient", "id": "p", "gender": "female"}
    entries = [{"resource": person}, {"resource": request}]
    patient = from_fhir({"resourceType": "Bundle", "type": "collection", "entry": entries}, TODAY)
    assert [drug.display for drug in patient.medications] == ["warfarin"]
    assert any("contained" in problem.reason for problem in patient.problems)


@settings(max_examples=150, deadline=None)
@given(broken(RECORD))
def test_broken_bundles(content: Any) -> None:
    answers(lambda: from_fhir(content, TODAY))


@settings(max_examples=100, deadline=None)
@given(broken(PHARMCAT))
def test_broken_pharmcat(content: Any) -> None:
    answers(lambda: from_json(content, TODAY))


@settings(max_examples=100, deadline=None)
@given(broken(STRUCTURED))
def test_broken_structured_records(content: Any) -> None:
    answers(lambda: from_json(content, TODAY))


@settings(max_examples=100, deadline=None)
@given(junk)
def test_any_json_at_all(content: Any) -> None:
    answers(lambda: from_json(content, TODAY))


HEADS = [
    b"",
    b"{",
    json.dumps(RECORD).encode()[:400],
    b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n",
    b"gene\tdiplotype\n",
    b"age,sex\n",
    b"\0" * 128 + b"DICM",
    b"\x1f\x8b",
]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(HEADS), st.binary(max_size=200), st.sampled_from(["x", "x.json", "x.vcf", "x.csv", "x.dcm"]))
def test_any_bytes_at_all(head: bytes, rest: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(head + rest)
        answers(lambda: load([path], TODAY))


PIECES = st.sampled_from(
    [
        *(
            "PMH: ",
            "Allergies: ",
            "Meds:\n",
            "denies ",
            "no ",
            "mother had ",
            "warfarin",
            "5 mg daily",
            "CKD stage 3",
            "HTN",
            "\n- ",
        ),
        *(
            "Cr 1.2 mg/dL",
            "BP 120/80",
            "65 yo F",
            "2024-01-01",
            "/",
            "((",
            "%",
            "\t",
            "\r\n",
            "é",
            "😀",
            "NKDA",
            ": no",
            "T 98",
            "5'6\"",
        ),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=25))
def test_any_note_at_all(pieces: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "note.txt"
        path.write_bytes("".join(pieces).encode("utf-8", "ignore"))
        answers(lambda: load([path], TODAY))


@pytest.mark.parametrize(
    "content",
    [
        {"resourceType": ["OperationOutcome"]},
        {"resourceType": "Patient", "name": [{"given": 7, "family": "Smith"}]},
        {"resourceType": "AllergyIntolerance", "criticality": ["CRITH"], "substance": {"text": "latex"}},
        {"resourceType": "OperationOutcome", "issue": [{"severity": ["error"]}]},
    ],
)
def test_values_of_the_wrong_type_are_no_crash(content: dict[str, object]) -> None:
    try:
        from_json(content)
    except PatientError as error:
        assert "\n" not in str(error)
