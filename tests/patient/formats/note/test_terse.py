"""Facts as people type them in a question of one line."""

from __future__ import annotations

import pytest

from medrag.types import FactStatus
from tests.patient.formats.note.heard import heard


@pytest.mark.parametrize(
    ("question", "allergen"),
    [
        ("41F cellulitis, no fever, cephalexin allergic, what else?", "cephalexin"),
        ("29F UTI, not pregnant, trimethoprim allergy", "trimethoprim"),
        ("63M no PMH, anaphylaxis to co-trimoxazole, PCP prophylaxis?", "co-trimoxazole"),
        ("tooth abscess, clinda = hives", "clinda"),
        ("epilepsy, lamotrigine rash, next drug?", "lamotrigine"),
        ("sore throat, urticaria off cefuroxime as a child", "cefuroxime"),
        ("otitis, bad PCN rash, which abx", "PCN"),
        ("cellulitis pen allergic, dose?", "pen allergic"),
        ("sinusitis, anaphylaxis doxycycline. which drug?", "doxycycline"),
        ("sepsis, previous anaphylaxis vancomycin", "vancomycin"),
        ("cellulitis. Flucloxacillin: collapsed, needed adrenaline", "Flucloxacillin"),
        ("hypertension, face swelled up on lisinopril last year", "lisinopril"),
    ],
)
def test_allergies_of_terse_questions_are_heard(question: str, allergen: str) -> None:
    found = [each.display for each in heard(question).allergies or () if each.status is FactStatus.ACTIVE]
    assert any(each.startswith(allergen) for each in found), found


@pytest.mark.parametrize(
    "question",
    [
        "adrenaline anaphylaxis dose child 20 kg",
        "cetirizine urticaria, how long?",
        "amoxicillin, no rash",
        "no ibuprofen rash",
        "Anaphylaxis adrenaline. Then what?",
        "anaphylaxis on bisoprolol, which drug?",
        "in anaphylaxis hydrocortisone?",
        "face swollen after a tooth abscess, amoxicillin dose?",
    ],
)
def test_what_relieves_a_reaction_and_what_is_denied_are_no_allergies(question: str) -> None:
    assert not [each for each in heard(question).allergies or () if each.status is FactStatus.ACTIVE]


@pytest.mark.parametrize(
    ("question", "illness"),
    [
        ("52F no past medical history, psoriasis", "psoriasis"),
        ("no regular meds, gout since Monday", "gout"),
        ("not pregnant, migraine, triptan?", "migraine"),
    ],
)
def test_a_denial_ends_with_what_it_denies(question: str, illness: str) -> None:
    statuses = {each.display.lower(): each.status for each in heard(question).conditions or ()}
    assert statuses[illness] is FactStatus.ACTIVE


def test_a_list_is_denied_to_its_end() -> None:
    statuses = {each.status for each in heard("no cough, wheeze or sweats").conditions or ()}
    assert statuses == {FactStatus.NEGATED}


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("5 days ok for severe sinusitis?", None),
        ("NYHA 3 man with hyperkalaemia", None),
        ("BP 158/92 lady with gout", None),
        ("sats 91, man, COPD flare", None),
        ("148/94 twice, woman 57", 57.0),
        ("I am 22 weeks pregnant with cystitis", None),
        ("11 wk, T 38.9", 0.21),
        ("4 day old, jaundice", 0.01),
        ("16mo OM both ears, unwell", 1.33),
        ("7 mo croup, stridor at rest", 0.58),
        ("30mo with fever", 2.5),
        ("paracetamol dose for a 3 yo?", 3.0),
        ("3mo LMWH enough after PE?", None),
        ("9 months post MI", None),
        ("6 mo ICS trial, no better", None),
        ("prednisolone dose for 2 years then what?", None),
    ],
)
def test_spans_and_scores_are_no_ages(question: str, years: float | None) -> None:
    assert heard(question).age_years == years


def test_weeks_over_forty_are_a_pregnancy() -> None:
    assert heard("26/40, headache").pregnant is True


def test_a_value_keeps_its_sign() -> None:
    (score,) = heard("74F DXA T-score -3.2 at the hip").observations or ()
    assert score.value == -3.2


def test_no_risk_of_an_illness_is_no_illness_that_may_be() -> None:
    assert not any("bleeding" in each.display for each in heard("DVT, no bleeding risk").conditions or ())
