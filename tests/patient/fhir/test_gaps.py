"""What a FHIR document lacks: holes, servers' messages, failed requests; what is measured on others; PDFs inside."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from medrag.errors import PatientError
from medrag.patient import from_fhir, load
from medrag.types import ANY_LIST, Patient
from tests.patient.records import PATIENT, TODAY, allergy, bundle, lab, order, person

ALL = set(ANY_LIST)


def lost(patient: Patient) -> set[str]:
    return {name for each in patient.problems for name in each.lost}


def outcome(severity: str, code: str) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


def holding(*entries: Any, **fields: Any) -> dict[str, Any]:
    whole = bundle(person(), order("Digoxin"))
    return {**whole, **fields, "entry": [*whole["entry"], *entries]}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"fullUrl": "https://s/AllergyIntolerance/9"}, {"allergies"}),
        ({"fullUrl": "https://s/Encounter/9"}, set()),
        ({"search": {"mode": "match"}}, ALL),
        ({"resource": "AllergyIntolerance"}, ALL),
        ({"resource": {"code": {"text": "Egg"}}}, ALL),
        (None, ALL),
        ({"resource": outcome("error", "exception")}, ALL),
        ({"resource": outcome("warning", "timeout")}, ALL),
        ({"resource": outcome("warning", "suppressed")}, set()),
        ({"resource": outcome("information", "informational")}, set()),
        ({"response": {"status": "503 Service Unavailable"}}, ALL),
        ({"response": {"status": "204"}}, set()),
        ({"request": {"method": "DELETE", "url": "Condition/3"}}, set()),
        ({"resource": {"resourceType": "allergyintolerance", "id": "x"}}, {"allergies"}),
        ({"resource": {"resourceType": "bundle", "entry": []}}, ALL),
    ],
)
def test_a_hole_in_a_bundle_is_told_with_the_lists_it_may_belong_to(entry: Any, expected: set[str]) -> None:
    read = from_fhir(holding(entry), TODAY)
    assert [each.display for each in read.medications or ()] == ["Digoxin"]
    assert lost(read) == expected


def test_a_failed_search_loses_what_was_searched() -> None:
    link = [{"relation": "self", "url": "https://s/Condition?patient=p"}]
    assert lost(from_fhir(holding({"resource": outcome("error", "timeout")}, link=link), TODAY)) == {"conditions"}


def test_prefetch_with_null_lacks_nothing_and_with_words_does() -> None:
    sent = {"patient": person(), "allergies": None}
    assert not lost(from_fhir(sent, TODAY))
    assert lost(from_fhir({**sent, "allergies": "see chart"}, TODAY)) == ALL


@pytest.mark.parametrize(
    "text",
    [
        '<OperationOutcome xmlns="http://hl7.org/fhir"><issue><severity value="error"/></issue></OperationOutcome>',
        '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"OperationOutcome","issue":[]}}]}',
    ],
)
def test_a_servers_message_alone_is_no_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / ("sent.xml" if text[0] == "<" else "sent.json")
    path.write_text(text)
    with pytest.raises(PatientError, match="OperationOutcome"):
        load([path], TODAY)


@pytest.mark.parametrize("kind", ["DiagnosticOrder", "ReferralRequest", "RequestOrchestration", "Made-up"])
def test_xml_with_a_kind_that_r4_lacks_is_read_without_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bundle.xml"
    inner = f'<entry><resource><{kind}><id value="1"/></{kind}></resource></entry>'
    who = '<entry><resource><Patient><gender value="male"/></Patient></resource></entry>'
    path.write_text(f'<Bundle xmlns="http://hl7.org/fhir">{who}{inner}</Bundle>')
    read = load([path], TODAY)
    assert read.sex == "male"
    assert any("not read" in each.reason for each in read.problems)


@pytest.mark.parametrize(
    ("focus", "kept"),
    [
        ({"reference": "RelatedPerson/donor"}, False),
        ({"reference": "Patient/fetus"}, False),
        ({"display": "the donor"}, False),
        ({"reference": PATIENT}, True),
        ({"reference": "BodyStructure/3"}, True),
        ({"type": "Device", "display": "pump"}, True),
    ],
)
def test_what_is_measured_on_another_is_not_the_patients(focus: dict[str, str], kept: bool) -> None:
    read = from_fhir(bundle(person(), {**lab("2160-0", "Creatinine", 1.9, "mg/dL"), "focus": [focus]}), TODAY)
    assert bool(read.observations) is kept
    assert any("not on the patient" in each.reason for each in read.problems) is not kept


def pdf(*lines: str) -> bytes:
    """The smallest PDF with a text layer."""
    shown = " ".join(f"({line}) Tj 0 -15 Td" for line in lines)
    stream = f"BT /F1 12 Tf 50 700 Td {shown} ET"
    page = "/MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >>"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R {page} >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    made = "".join(f"{number} 0 obj\n{each}\nendobj\n" for number, each in enumerate(objects, start=1))
    return f"%PDF-1.4\n{made}trailer << /Size 6 /Root 1 0 R >>\n%%EOF".encode()


def document(content: bytes, kind: str = "application/pdf") -> dict[str, Any]:
    held = {"contentType": kind, "data": base64.b64encode(content).decode()}
    return {
        "resourceType": "DocumentReference",
        "id": "d",
        "status": "current",
        "subject": {"reference": PATIENT},
        "content": [{"attachment": held}],
    }


def test_a_pdf_in_a_record_is_read_as_a_note() -> None:
    said = pdf("Clinic letter", "Medications: warfarin 5 mg daily", "Allergies: penicillin - rash")
    read = from_fhir(bundle(person(), document(said)), TODAY)
    assert [each.display for each in read.medications or ()] == ["warfarin"]
    assert [each.display for each in read.allergies or ()] == ["penicillin"]


def test_a_damaged_pdf_in_a_record_is_named_and_the_rest_read() -> None:
    read = from_fhir(bundle(person(), allergy("Egg"), document(b"%PDF-1.4 nothing")), TODAY)
    assert [each.display for each in read.allergies or ()] == ["Egg"]
    assert any("PDF that is damaged" in each.reason for each in read.problems)
