"""Hostile and broken files of HL7's formats: a clear error or a patient, never a hang, a bomb or a leak."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrag.errors import PatientError
from medrag.patient import load
from tests.patient.records import TODAY
from tests.patient.test_malformed import answers

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "samples").glob("same.*[7lx]"))]
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><ClinicalDocument>&l11;</ClinicalDocument>',
            "document type",
        ),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><Bundle xmlns="http://hl7.org/fhir"/>', "document type"),
        ('<!-- a --><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><section>&e;</section>', "document type"),
        ('<Bundle xmlns="http://hl7.org/fhir">' * 100_000, "not well-formed"),
        ("<section>" * 100_000, "not well-formed|holds no|nothing"),
        ("<!--" * 200_000, "not well-formed|neither"),
        ('<Bundle xmlns="http://hl7.org/fhir"><entry>', "not well-formed"),
        ('<Bundle xmlns="http://hl7.org/fhir"/>', "holds no FHIR resource"),
        ('<ORU_R01 xmlns="urn:hl7-org:v2xml"/>', "HL7 v2 message in XML"),
        ('<ContinuityOfCareRecord xmlns="urn:astm-org:CCR"/>', "Continuity of Care Record"),
        ('<document xmlns="urn:hl7-org:v3"/>', "drug label"),
        ("<HealthData/>", "Apple Health"),
        ("<note>penicillin</note>", "XML of a kind that is not read"),
    ],
)
def test_hostile_xml(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "hostile.xml"
    path.write_text(content)
    try:
        known = load([path], TODAY)
    except PatientError as error:
        assert "root:" not in str(error)
        assert any(part in str(error) for part in said.split("|"))
    else:
        assert not known.conditions and known.problems


def test_entities_in_a_fragment_are_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "part.xml"
    path.write_text(
        '<section><text ID="a">&passwd;</text></section><!DOCTYPE x [<!ENTITY passwd SYSTEM "/etc/passwd">]>'
    )
    try:
        assert "root:" not in load([path], TODAY).model_dump_json()
    except PatientError as error:
        assert "not well-formed" in str(error)


@st.composite
def cut_or_changed(draw: st.DrawFn) -> bytes:
    """A sample, cut short, with a piece taken out, doubled, or overwritten."""
    content = draw(st.sampled_from(SAMPLES))
    start = draw(st.integers(0, len(content)))
    end = min(len(content), start + draw(st.integers(0, 400)))
    return draw(
        st.sampled_from(
            [
                content[:start],
                content[:start] + content[end:],
                content[:end] + content[start:end] + content[end:],
                content[:start] + draw(st.binary(max_size=20)) + content[end:],
            ]
        )
    )


@settings(max_examples=120, deadline=None)
@given(cut_or_changed())
def test_any_damaged_file(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record"
        path.write_bytes(content)
        answers(lambda: load([path], TODAY))
