"""Free-text notes: sections, negation, family, hypothesis, doses, measurements; spans; age of the note."""

from __future__ import annotations

from pathlib import Path

import pytest

from medrag.knowledge import load as load_knowledge
from medrag.patient import load
from medrag.patient.formats.notes import read_note
from medrag.reading.people.ages import age_and_sex
from medrag.types import FactStatus, Patient
from tests.patient.records import TODAY

NOTE = """Date: 2026-11-01

HPI: 72-year-old woman with hypertension, T2DM and atrial fibrillation presents with dyspnea. She denies chest pain.
CT is negative for pulmonary embolism. Possible pneumonia. She takes warfarin 5 mg daily. Previously on digoxin.
Her daughter reports that she has gout. Mother had breast cancer.

Past Medical History:
1. CKD stage 3b
2. h/o stroke in 2019
3. Wegener granulomatosis
4. Diabetic neuropathy: no

Medications:
- metformin 500 mg PO BID
- lisinopril 10 mg daily
- Zorbanumab 40 mg subcutaneous weekly
- stopped aspirin last month

Allergies: penicillin (hives), sulfa - rash; codeine

Family History: father with colon cancer, MI at age 50

Vitals: BP 150/90, HR 88 bpm, T 98.6 F, Wt 80 kg, Ht 5'5"
Labs: Na 138, K 4.5, creatinine 1.4 mg/dL, INR 2.5, platelets 142,000/mm3

Assessment and Plan:
Start apixaban 5 mg BID. Stop warfarin. Continue metformin. Return if fever.
"""


def read(tmp_path: Path, text: str) -> Patient:
    path = tmp_path / "note.txt"
    path.write_text(text, encoding="utf-8")
    return load([path], TODAY)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Patient:
    return read(tmp_path_factory.mktemp("note"), NOTE)


def test_who_the_note_is_about(known: Patient) -> None:
    assert (known.age_years, known.sex, known.weight_kg, known.height_cm) == (72, "female", 80, 165.1)


def test_conditions_with_their_status(known: Patient) -> None:
    assert {(fact.display, fact.status.value) for fact in known.conditions} == {
        ("hypertension", "active"),
        ("type 2 diabetes mellitus", "active"),
        ("atrial fibrillation", "active"),
        ("shortness of breath", "active"),
        ("chest pain", "negated"),
        ("pulmonary embolism", "negated"),
        ("pneumonia", "uncertain"),
        ("gout", "active"),
        ("breast cancer", "family_history"),
        ("chronic kidney disease stage 3b", "active"),
        ("stroke", "resolved"),
        ("Wegener's granulomatosis", "active"),
        ("diabetic neuropathy", "negated"),
        ("colon cancer", "family_history"),
        ("myocardial infarction", "family_history"),
        ("fever", "uncertain"),
    }


def test_medications_with_dose_and_status(known: Patient) -> None:
    assert [(fact.display, fact.dosage, fact.status.value) for fact in known.medications] == [
        ("warfarin", "5 mg daily", "resolved"),
        ("digoxin", None, "resolved"),
        ("metformin", "500 mg PO BID", "active"),
        ("lisinopril", "10 mg daily", "active"),
        ("Zorbanumab", "40 mg subcutaneous weekly", "active"),
        ("aspirin", None, "resolved"),
        ("apixaban", "5 mg BID", "planned"),
    ]


def test_allergies_with_reactions(known: Patient) -> None:
    assert [(fact.display, fact.reaction) for fact in known.allergies] == [
        ("penicillin", "hives"),
        ("sulfa", "rash"),
        ("codeine", None),
    ]


def test_measurements_with_units(known: Patient) -> None:
    values = {fact.display: (fact.value, fact.unit) for fact in known.observations}
    assert values["systolic blood pressure"] == (150, "mm[Hg]")
    assert values["creatinine"] == (1.4, "mg/dL")
    assert values["sodium"] == (138, "mmol/L")
    assert values["platelets"] == (142000, "/mm3")
    assert values["body temperature"] == (98.6, "F")
    assert {"bmi", "creatinine_clearance", "egfr", "cha2ds2_vasc"} <= set(known.derived)


def test_every_fact_points_at_its_words(known: Patient) -> None:
    for fact in (*known.conditions, *known.allergies, *known.medications, *known.observations):
        name, _, span = fact.source.partition(":")
        start, end = map(int, span.split("-"))
        assert name == "note.txt"
        assert NOTE[start:end].strip()
    warfarin = known.medications[0]
    start, end = map(int, warfarin.source.split(":")[1].split("-"))
    assert NOTE[start:end] == "warfarin 5 mg daily"


@pytest.mark.parametrize(
    "text",
    [
        "Allergies: NKDA",
        "No known drug allergies.",
        "ALLERGIES\nNo Known Allergies.",
        "Denies any allergies.",
        "Allergies: None",
    ],
)
def test_no_known_allergies(tmp_path: Path, text: str) -> None:
    known = read(tmp_path, f"60 yo man. {text}\n")
    assert known.no_known_allergies is True
    assert not [fact for fact in known.allergies if fact.current]


@pytest.mark.parametrize(
    ("text", "display", "status"),
    [
        ("No evidence of pneumonia.", "pneumonia", "negated"),
        ("Pneumonia was ruled out.", "pneumonia", "negated"),
        ("Denies asthma but has COPD.", "COPD", "active"),
        ("Rule out deep vein thrombosis.", "deep vein thrombosis", "uncertain"),
        ("History of diabetes.", "diabetes mellitus", "active"),
        ("Status post pneumonia.", "pneumonia", "resolved"),
        ("Her sister has lupus.", "systemic lupus erythematosus", "family_history"),
        ("Return if fever.", "fever", "uncertain"),
        ("HTN: no", "hypertension", "negated"),
    ],
)
def test_context(tmp_path: Path, text: str, display: str, status: str) -> None:
    facts = [fact for fact in read(tmp_path, text).conditions if fact.display == display]
    assert [fact.status.value for fact in facts] == [status]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Takes metformin.", "active"),
        ("Not on metformin.", "negated"),
        ("Metformin was discontinued.", "resolved"),
        ("Consider metformin.", "planned"),
        ("Metformin 500 mg twice daily.", "active"),
        ("We talked about metformin.", "uncertain"),
        ("Type 2 diabetes treated with metformin.", "active"),
        ("His medications include aspirin, lisinopril, atorvastatin, carvedilol, furosemide and metformin.", "active"),
        ("Medications: metformin", "active"),
    ],
)
def test_what_is_said_of_a_drug(tmp_path: Path, text: str, status: str) -> None:
    assert {fact.status.value for fact in read(tmp_path, text).medications} == {status}


def test_a_dose_makes_no_drug_of_an_ordinary_word(tmp_path: Path) -> None:
    known = read(
        tmp_path, "The child receives 15 mg/kg and patients demonstrated improvement at 20 mg. Foobarmab 40 mg weekly."
    )
    assert [fact.display for fact in known.medications] == ["Foobarmab"]


def test_a_text_without_anything_known_says_so(tmp_path: Path) -> None:
    assert read(tmp_path, "lorem ipsum dolor").problems[0].reason == "nothing in the text was recognised"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("65 yo M with chest pain", (65, "male")),
        ("A 44 year-old non-hispanic white female", (44, "female")),
        ("Age: 30\nSex: F", (30, "female")),
        ("A 3-month-old boy", (0.25, "male")),
        ("A two-day-old girl born to a 36-year-old woman", (0.01, "female")),
        ("smoked for 20 years; father died at age 50", (None, None)),
    ],
)
def test_age_and_sex(text: str, expected: tuple[float | None, str | None]) -> None:
    assert age_and_sex(text) == expected


def test_an_old_note_does_not_say_what_is_current(tmp_path: Path) -> None:
    known = read(tmp_path, "Date: 2020-01-01\nPMH: asthma\nMedications: metformin 500 mg daily\nLabs: Na 138\n")
    assert not [fact for fact in (*known.conditions, *known.medications, *known.observations) if fact.current]
    assert any("more than a year old" in problem.reason for problem in known.problems)


def test_nothing_of_a_note_reaches_the_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    read(tmp_path, "Mr. Unmistakable takes warfarin.")
    captured = capfd.readouterr()
    assert "Unmistakable" not in captured.out + captured.err


def test_a_semicolon_ends_the_reach_of_a_denial_and_of_a_stop() -> None:
    text = (
        "A 60-year-old man. Tried fluoxetine in the past without benefit; now taking sertraline 100 mg daily. "
        "Home meds: omeprazole 20 mg daily; discontinued ibuprofen."
    )
    status = {each.display: each.status for each in read_note(text, "note", TODAY, load_knowledge()).medications}
    assert status["sertraline"] is FactStatus.ACTIVE
    assert status["omeprazole"] is FactStatus.ACTIVE
    assert status["ibuprofen"] is FactStatus.RESOLVED
