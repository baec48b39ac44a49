"""What the words of a note say of what it names: answers of forms, who tells, exchanges, warnings, plans."""

from __future__ import annotations

from datetime import date

import pytest

from medrag.knowledge import load
from medrag.patient.formats.notes import read_note
from medrag.types import Patient

TODAY = date(2026, 11, 1)


def read(text: str) -> Patient:
    return read_note(text, "note", TODAY, load())


def conditions(text: str) -> dict[str, str]:
    return {each.display: each.status.value for each in read(text).conditions or ()}


def medications(text: str) -> dict[str, str]:
    return {each.display: each.status.value for each in read(text).medications or ()}


@pytest.mark.parametrize(
    "text",
    [
        "Asthma: YES  Gout: NO",
        "Asthma: yes / Gout: no",
        "Asthma Y  Gout N",
        "Asthma (yes), gout (no)",
        "Asthma? Yes. Gout? No",
        "Asthma +, gout -",
        "Asthma [x]  Gout [ ]",
        "[x] Asthma [ ] Gout",
        "(x) asthma ( ) gout",
        "Asthma ☑ Gout ☐",
        "Asthma yes, gout no",
        "Asthma Yes\nGout No",
    ],
)
def test_forms_are_answered_on_either_side(text: str) -> None:
    assert conditions(text) == {"asthma": "active", "gout": "negated"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Asthma: no complications.", {"asthma": "active"}),
        (
            "PMH: gout no, MI 2018, asthma no",
            {"gout": "negated", "myocardial infarction": "resolved", "asthma": "negated"},
        ),
        ("Look out for jaundice.", {"jaundice": "uncertain"}),
        ("Hepatitis B immune.", {}),
        ("Screening was negative, as were hepatitis B and C serology.", {}),
        ("Pneumonia likely.", {"pneumonia": "uncertain"}),
        ("I wonder whether she is iron deficient.", {"iron deficiency anemia": "uncertain"}),
        ("In remission from lymphoma.", {"lymphoma": "resolved"}),
        ("Rheumatoid arthritis in remission on methotrexate.", {"rheumatoid arthritis": "active"}),
        ("Consent: risks incl. stroke, asthma.", {"stroke": "uncertain", "asthma": "uncertain"}),
        ("Immunised against influenza and measles.", {}),
        ("Gout: - / Asthma: +", {"gout": "negated", "asthma": "active"}),
        ("Diabetes [Y] / N   Asthma Y / [N]", {"diabetes mellitus": "active", "asthma": "negated"}),
        ("FH: sister gout\nClinic: asthma", {"gout": "family_history", "asthma": "active"}),
        ("Husband: gout\nAsthma since 2020", {"gout": "family_history", "asthma": "active"}),
    ],
)
def test_contexts_of_conditions(text: str, expected: dict[str, str]) -> None:
    assert conditions(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("According to her mother, she has asthma. Mother has gout.", {"asthma": "active", "gout": "family_history"}),
        ("Collateral from husband: she has asthma. Husband has gout.", {"asthma": "active", "gout": "family_history"}),
        ("Parents say she has asthma. Father has gout.", {"asthma": "active", "gout": "family_history"}),
        (
            "Spoke to son, calling about his father. Dad has asthma. Mum has gout.",
            {"asthma": "active", "gout": "family_history"},
        ),
        ("Son himself has gout.", {"gout": "family_history"}),
        ('Mother: "he had asthma as a baby"', {"asthma": "resolved"}),
        ("6-week-old infant. Infant has asthma. Mother has gout.", {"asthma": "active", "gout": "family_history"}),
    ],
)
def test_who_tells_is_no_relative_that_is_ill(text: str, expected: dict[str, str]) -> None:
    assert conditions(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Changed amlodipine to lercanidipine 10 mg.", {"amlodipine": "resolved", "lercanidipine": "active"}),
        ("Swap citalopram for sertraline.", {"citalopram": "active", "sertraline": "planned"}),
        ("Bisoprolol changed to 5 mg daily.", {"Bisoprolol": "active"}),
        ("Frusemide crossed out on list - GP stopped it.", {"Frusemide": "resolved"}),
        ("Naproxen — stop 3 days before surgery", {"Naproxen": "uncertain"}),
        ("If pain, take ibuprofen.", {"ibuprofen": "uncertain"}),
        ("Should she become pregnant, stop methotrexate.", {"methotrexate": "active"}),
        ("Has run out of his sertraline 50 mg.", {"sertraline": "resolved"}),
        ("Ramipril ↑ to 10 mg, warfarin cont", {"Ramipril": "active", "warfarin": "active"}),
        ("Consider tucatinib.", {"tucatinib": "planned"}),
        ("Amlodipine was withheld during admission and recommenced on discharge.", {"Amlodipine": "active"}),
        ("Lisinopril 10 mg od. Lisinopril was stopped in May.", {"Lisinopril": "resolved"}),
        ("GP to please restart metformin in 2 weeks.", {"metformin": "planned"}),
        ("He was on warfarin until 2022, now on rivaroxaban.", {"warfarin": "resolved", "rivaroxaban": "active"}),
        ("Meds: warfarin 5 mg daily, no longer on tacrolimus.", {"warfarin": "active", "tacrolimus": "resolved"}),
        ("Meds: warfarin 5 mg daily, not taking naproxen.", {"warfarin": "active", "naproxen": "negated"}),
        ("He was not commenced on simvastatin.", {"simvastatin": "negated"}),
        ("Hold metoprolol for SBP<90.", {"metoprolol": "active"}),
        ("Please stop clopidogrel after 12 months.", {"clopidogrel": "active"}),
        ("Carvedilol for portal hypertension.", {"Carvedilol": "active"}),
        ("Antiplatelets: clopidogrel.", {"clopidogrel": "active"}),
        (
            "Prior meds: olanzapine. Plan: start adalimumab if swab negative.",
            {"olanzapine": "resolved", "adalimumab": "planned"},
        ),
        ("Ondansetron 4 mg IV given x1", {"Ondansetron": "uncertain"}),
        ("He neither smokes nor drinks.", {}),
        (
            "Methotrexate was stopped. She was taking methotrexate 10 mg weekly.",
            {"Methotrexate": "resolved", "methotrexate": "resolved"},
        ),
        (
            "| Ramipril | 2.5 mg | OD | continue |\n| Naproxen | 500 mg | BD | not taken |",
            {"Ramipril": "active", "Naproxen": "negated"},
        ),
    ],
)
def test_contexts_of_drugs(text: str, expected: dict[str, str]) -> None:
    assert medications(text) == expected


def test_a_drug_that_the_plan_stops_is_no_longer_taken() -> None:
    text = "Oxybutynin 5 mg bd added last week.\nPlan: stop oxybutynin."
    assert {each.status.value for each in read(text).medications or ()} == {"resolved"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Takes 5 mg of bisoprolol and 40 mg atorvastatin nightly.", ["5 mg", "40 mg nightly"]),
        ("On 20 mg simvastatin, 75mg aspirin.", ["20 mg", "75mg"]),
        ("Simvastatin 20 mg aspirin 75 mg", ["20 mg", "75 mg"]),
        ("Two puffs of salbutamol prn", ["Two puffs prn"]),
        ("Furosemide reduced from 80 mg to 40 mg.", ["40 mg"]),
    ],
)
def test_doses_stand_before_the_name_or_after_a_change(text: str, expected: list[str]) -> None:
    assert [each.dosage for each in read(text).medications or ()] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Allergies: ?penicillin, latex (?)", {"penicillin": "active", "latex": "active"}),
        ("Allergies: none known apart from aspirin (asthma)", {"aspirin": "active"}),
        ("Denies allergies other than penicillin.", {"penicillin": "active"}),
        (
            "Food: peanuts\nAllergies\nDrug: penicillin\nFood: shellfish\nOther: nil",
            {"penicillin": "active", "shellfish": "active"},
        ),
        ("Warned about angioedema with ramipril.", {}),
        ("Developed angioedema on lisinopril 2020.", {"lisinopril": "active"}),
        ("Drug allergy: amoxicillin label removed after challenge.", {"amoxicillin": "negated"}),
        ("Allergies: NSAIDs - wheeze. Latex: rash. Lives alone.", {"NSAIDs": "active", "Latex": "active"}),
        ("ALLERGIES: vancomycin - red man (slow infusion tolerated)", {"vancomycin": "active"}),
    ],
)
def test_allergies(text: str, expected: dict[str, str]) -> None:
    assert {each.display: each.status.value for each in read(text).allergies or ()} == expected


@pytest.mark.parametrize(
    ("text", "age", "sex"),
    [
        ("Boy aged 9.", 9, "male"),
        ("History from daughter: 84M with gout", 84, "male"),
        ("Ticagrelor 90 mg bd (12 months)", None, None),
        ("Spoke to son about his father who is 84. Dad has gout.", 84, "male"),
    ],
)
def test_ages(text: str, age: float | None, sex: str | None) -> None:
    patient = read(text)
    assert (patient.age_years, patient.sex) == (age, sex)


def test_a_pregnancy_test_and_weeks_ago_make_no_pregnancy() -> None:
    assert conditions("G2P2. LMP 3 wks ago, urine hCG neg - not pregnant.") == {"pregnancy": "negated"}


DICTATED = (
    "this is the evening clinic calling in a letter on mrs novak she is a 58 year old lady with asthma "
    "and psoriasis her mother had breast cancer and her sister had epilepsy period she has migraine comma"
    " well controlled and she takes propranolol 40 twice a day she denies angina she was on topiramate "
    "but she stopped it last year because of tingling period next paragraph medications are salbutamol as"
    " needed ramipril 5 and omeprazole 20 she does not smoke she lives with her husband who is well and "
    "she walks the dog every day in the park near the river where she has lived since"
)


def test_a_letter_dictated_without_stops_has_sentences() -> None:
    found = conditions(DICTATED)
    assert {found[each] for each in ("asthma", "psoriasis", "migraine")} == {"active"}
    assert {found[each] for each in ("breast cancer", "epilepsy")} == {"family_history"}
    assert found["angina"] == "negated"
    assert medications(DICTATED)["omeprazole"] == "active"


def test_a_period_is_a_word_where_there_are_stops() -> None:
    letter = "She has period pain. Asthma over a period of years she has had no worse. No gout. " * 8
    assert len(letter) > len(DICTATED)
    assert {name: status for name, status in conditions(letter).items() if name in ("asthma", "gout")} == {
        "asthma": "active",
        "gout": "negated",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Not now asthmatic.", {"asthma": "negated"}),
        ("33F. Isn't presently pregnant.", {"pregnancy": "negated"}),
        ("Asthma: unknown. Epilepsy: not known.", {"asthma": "uncertain", "epilepsy": "uncertain"}),
        ("58M. Asthma check overdue.", {"asthma": "uncertain"}),
        ("SATS 91% ON RA. PE NORMAL.", {}),
    ],
)
def test_what_is_denied_for_now_unknown_or_only_tested_for(text: str, expected: dict[str, str]) -> None:
    assert conditions(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "drugs"),
    [
        (
            "Her sister is pregnant, 24 weeks. Patient 31F, takes sertraline.",
            {"pregnancy": "family_history"},
            ["sertraline"],
        ),
        ("31F. Her flatmate is 18 weeks pregnant.", {"pregnancy": "family_history"}, []),
        ("52M. The kidney donor had hypertension.", {"hypertension": "family_history"}, []),
        ("66F. Her husband drove. He is asthmatic and takes digoxin.", {"asthma": "family_history"}, []),
        ("66M. His daughter rang. She is on valproate. He takes digoxin.", {}, ["digoxin"]),
        ("66M. His wife rang. She says he has asthma.", {"asthma": "active"}, []),
        (
            "Donor: diabetic. Recipient: asthma, on ramipril 5 mg.",
            {"diabetes mellitus": "family_history", "asthma": "active"},
            ["ramipril"],
        ),
    ],
)
def test_what_another_person_has_or_takes(text: str, expected: dict[str, str], drugs: list[str]) -> None:
    assert conditions(text) == expected
    assert list(medications(text)) == drugs


def test_a_relatives_gestation_is_no_age() -> None:
    patient = read("Her sister is pregnant, 24 weeks. Patient 31F, takes sertraline.")
    assert (patient.age_years, patient.sex) == (31, "female")
