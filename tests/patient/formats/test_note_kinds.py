"""Kinds of writing in notes: headers, dictation, lists with a verdict, tables, forms, reactions, treated illness."""

from __future__ import annotations

from datetime import date

import pytest

from medrag.knowledge import load
from medrag.patient.formats.notes import read_note
from medrag.types import Patient

TODAY = date(2026, 11, 1)


def read(text: str) -> Patient:
    return read_note(text, "note", TODAY, load())


@pytest.mark.parametrize(
    ("text", "age", "sex"),
    [
        ("M72. Breathless for two days.", 72, "male"),
        ("Mr Alan T, aged 81, retired miner.", 81, "male"),
        ("Seen today: Priya (she/her), 34, known asthma.", 34, "female"),
        ("Pt: K. Osei   F   62y   Collected 03-Nov-2026", 62, "female"),
        ("Thank you for seeing this seventy-six-year-old gentleman.", 76, "male"),
        ("Male, 58. Hypertension.", 58, "male"),
        ("6/52 old baby girl with vomiting", 0.12, "female"),
        ("Daughter Anna, 34, female, has asthma.", None, None),
        ("M54.5 low back pain", None, None),
    ],
)
def test_headers_give_age_and_sex(text: str, age: float | None, sex: str | None) -> None:
    patient = read(text)
    assert (patient.age_years, patient.sex) == (age if age is None else pytest.approx(age, abs=0.02), sex)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Medications on hold: metformin 500 mg bd", {"metformin": "resolved"}),
        ("Naproxen was trialled but ceased owing to bleeding.", {"naproxen": "resolved"}),
        ("• Olanzapine 15 mg -> stopped (gained 11 kg)\n• Warfarin: agreed NOT to restart",
         {"olanzapine": "resolved", "warfarin": "negated"}),
        ("Hold metformin if unwell.", {"metformin": "active"}),
        ("He came off sodium valproate, which he no longer takes.", {"sodium valproate": "resolved"}),
    ],
)  # fmt: skip
def test_drugs_are_stopped_in_many_words(text: str, expected: dict[str, str]) -> None:
    assert {each.display.lower(): each.status.value for each in read(text).medications or ()} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hypertension: YES    Diabetes: NO    Epilepsy: NO",
         {"hypertension": "active", "diabetes mellitus": "negated", "epilepsy": "negated"}),
        ("Completed doxycycline for pneumonia.", {"pneumonia": "resolved"}),
        ("Not diabetic.", {"diabetes mellitus": "negated"}),
        ("Migraine relapse unlikely.", {}),
        ("Elective cholecystectomy planned.", {"cholecystectomy": "planned"}),
        ("Family: M - hypothyroid", {"hypothyroidism": "family_history"}),
        ("Not pregnant, doppler shows DVT.", {"deep vein thrombosis": "active", "pregnancy": "negated"}),
        ("No chest pain, ECG showed atrial fibrillation.", {"atrial fibrillation": "active", "chest pain": "negated"}),
        ("No cough, bloods show anaemia.", {"anemia": "active", "cough": "negated"}),
        ("CXR shows no pneumonia, CT did not show stroke.", {"pneumonia": "negated", "stroke": "negated"}),
    ],
)  # fmt: skip
def test_conditions_are_read_with_their_status(text: str, expected: dict[str, str]) -> None:
    assert {each.display: each.status.value for each in read(text).conditions or ()} == expected


@pytest.mark.parametrize(
    "text",
    ["Allergies on file: doxycycline.", "A widespread rash with doxycycline in 2012.", "Dystonia with doxycycline."],
)
def test_reactions_are_allergies(text: str) -> None:
    patient = read(text)
    assert [each.display for each in patient.allergies or ()] == ["doxycycline"]
    assert not patient.medications


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Urea   11.2   H   mmol/L   2.5-7.8\neGFR (CKD-EPI)   41   L   mL/min/1.73m2   >90",
         {("urea nitrogen", 11.2, "mmol/L"), ("egfr", 41.0, "mL/min/1.73m2")}),
        ("Sodium and potassium were 131 and 4.9 respectively.",
         {("sodium", 131.0, "mmol/L"), ("potassium", 4.9, "mmol/L")}),
        ("wt 9 st 6 lb", {("body weight", 59.87, "kg")}),
        ("Lithium 600 mg nocte, level 0.72 mmol/L", {("lithium level", 0.72, "mmol/L")}),
        ("potassium four point nine", {("potassium", 4.9, "mmol/L")}),
        ("Hb was 88 g/L, now 104.", {("hemoglobin", 104.0, "g/L")}),
    ],
)  # fmt: skip
def test_values_of_tables_dictation_and_lists(text: str, expected: set[tuple[str, float, str]]) -> None:
    assert {(each.display, each.value, each.unit) for each in read(text).observations or ()} == expected


def test_dictated_numbers_keep_their_place_in_the_note() -> None:
    text = "Takes one hundred and fifty milligrams of pregabalin and ramipril."
    places = [each.source.removeprefix("note:").split("-") for each in read(text).medications or () if each.source]
    assert [text[int(start) : int(start) + 8] for start, _ in places] == ["pregabal", "ramipril"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("K 5.9 yesterday, 4.8 today.", [4.8]),
        ("Hb 98 g/L on admission, 104 g/L on discharge.", [104]),
        ("Weight 82 kg previously, 78 kg now.", [78]),
        ("K 4.2 today, 2 tablets now.", [4.2]),
        ("Na 131, 3 days now of vomiting.", [131]),
    ],
)
def test_the_value_of_now_is_the_one_that_counts(text: str, values: list[float]) -> None:
    assert [each.value for each in read(text).observations or () if each.current] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Brother's creatinine 400, on dialysis.", []),
        ("Father had an HbA1c of 9.8 % at diagnosis.", []),
        ("Wife's BP 180/100.", []),
        ("Dad had MI at 50, BP today 150/90.", [150, 90]),
        ("Wife reports home BP 150/95.", [150, 95]),
        ("My husband has a potassium of 6.4, what now?", [6.4]),
    ],
)
def test_a_relative_s_value_is_not_the_patient_s(text: str, values: list[float]) -> None:
    assert [each.value for each in read(text).observations or ()] == values
