"""Terms of notes, read and held against records and questions in words of neither."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.patient.applicability import check, met
from medrag.types import Sentence
from tests.patient.applicability.people import applicant

LISTED: dict[str, Any] = {
    "age_years": 71,
    "sex": "male",
    "conditions": [{"display": "asthma"}, {"display": "type 2 diabetes"}],
    "medications": [{"display": "metformin 500 mg twice daily"}, {"display": "bisoprolol 2.5 mg"}],
    "allergies": [{"display": "amoxicillin", "reaction": "facial angioedema"}],
}


EOSINOPHILS = {"display": "blood eosinophils", "value": 70, "unit": "cells/microlitre"}
LOW_EGFR: dict[str, Any] = {"observations": [{"display": "eGFR", "value": 31, "unit": "mL/min/1.73m2"}]}


@pytest.mark.parametrize(
    "term",
    [
        "pregnant",
        "age >= 65",
        "age_months < 3",
        "allergy: sulfonamide",
        "severe allergy: cephalosporin",
        "condition: shingles / herpes zoster",
        "takes: methotrexate",
        "sodium < 125 mmol/L",
        "TSH > 10 mIU/L",
        "HbA1c >= 58 mmol/mol",
        "state: first episode",
        "state: symptoms over 2 days",
        "duration < 6 hours",
        "female | breastfeeding",
    ],
)
def test_known_forms_pass(term: str) -> None:
    check(term)


@pytest.mark.parametrize(
    "term",
    ["", "elderly", "condition:", "adults with asthma", "age < 18 years", "sodium < 125 litres", "takes warfarin"],
)
def test_other_forms_are_refused_with_the_words(term: str) -> None:
    with pytest.raises(ValueError, match=f"'{term.strip()}"):
        check(term)


@pytest.mark.parametrize(
    ("question", "term", "held"),
    [
        ("34 weeks pregnant, cystitis", "pregnant", True),
        ("cystitis, 40 year old man", "pregnant", False),
        ("cystitis, which antibiotic?", "pregnant", None),
        ("nursing mother with mastitis", "breastfeeding", True),
        ("7yo girl with tonsillitis", "age < 12", True),
        ("7yo girl with tonsillitis", "female", True),
        ("toddler with croup", "age >= 18", False),
        ("4 month old with bronchiolitis", "age_months < 6", True),
        ("4 month old with bronchiolitis", "age_months < 3", False),
        ("cellulitis, penicillin-allergic", "allergy: penicillin", True),
        ("cellulitis, allergic to flucloxacillin", "allergy: penicillin", True),
        ("cellulitis, anaphylaxis to penicillin", "severe allergy: penicillin", True),
        ("cellulitis, penicillin allergy (mild rash only)", "severe allergy: penicillin", False),
        ("cellulitis, NKDA", "allergy: penicillin", False),
        ("cellulitis", "allergy: penicillin", None),
        ("DVT, eGFR 12", "eGFR < 15", True),
        ("DVT, eGFR 55", "eGFR < 15", False),
        ("Na 121, confused", "sodium < 125 mmol/L", True),
        ("LDL 4.9 mmol/L despite diet", "LDL cholesterol >= 160 mg/dL", True),
        ("CURB-65 1, pneumonia", "CURB-65 >= 3", False),
        ("on apixaban, needs a hip replacement", "takes: anticoagulant", True),
        ("is apixaban all right in cirrhosis?", "takes: anticoagulant", None),
        ("gout attack of the big toe", "condition: gout flare / acute gout", True),
        ("gout, urate 520, start allopurinol?", "condition: gout flare / acute gout", None),
        ("rash after a tick bite", "condition: tick bite", True),
        ("no haematuria, flank pain", "condition: visible haematuria / haematuria", False),
        ("how to prevent stroke in hypertension", "condition: stroke", None),
        ("mild ulcerative colitis", "state: severe", False),
        ("severe ulcerative colitis", "state: severe", True),
        ("ulcerative colitis", "state: severe", None),
        ("moderately severe eczema, acute flare", "state: acute", True),
        ("cellulitis not improving on flucloxacillin", "state: treatment failed", True),
        ("wants to get pregnant, on ramipril", "state: planning pregnancy", True),
        ("STEMI, no thrombolysis given", "state: fibrinolysis", None),
        ("is amoxil 500 tds enough for a chest infection", "takes: amoxicillin", None),
        ("blood-streaked phlegm but no chest pain", "condition: chest pain", False),
        ("back pain for 3 days", "duration >= 12 weeks", False),
        ("6 month history of back pain", "duration >= 12 weeks", True),
        ("clarithromycin for 7 days?", "duration >= 12 weeks", None),
    ],
)
def test_what_a_question_says_counts(question: str, term: str, held: bool | None) -> None:
    assert applicant(question).met(term) is held


@pytest.mark.parametrize(
    ("term", "held"),
    [
        ("age >= 65", True),
        ("condition: diabetes", True),
        ("condition: epilepsy", False),
        ("condition: nasal polyps", None),
        ("takes: beta blocker", True),
        ("takes: warfarin", False),
        ("severe allergy: penicillin", True),
        ("allergy: macrolide", False),
        ("condition: epilepsy | takes: metformin", True),
        ("condition: epilepsy | condition: nasal polyps", None),
    ],
)
def test_what_a_record_says_counts(term: str, held: bool | None) -> None:
    view_ = applicant("sore throat", LISTED).view
    assert met(term, view_, "sore throat") is held


def test_a_sentence_fits_by_the_shares_of_its_requirements() -> None:
    asked = applicant("sore throat", LISTED)
    four = Sentence(start=0, end=1, only=("age >= 65", "condition: epilepsy", "state: severe", "male"))
    assert asked.fit(four) == (0.5, 0.25)
    assert asked.fit(Sentence(start=0, end=1)) == (0.0, 0.0)


def test_a_sentence_is_ruled_out_by_either_column() -> None:
    asked = applicant("sore throat", LISTED)
    for notes, words in (
        ({"only": ("age < 18",)}, "only: age < 18"),
        ({"unless": ("pregnant", "takes: beta blocker")}, "unless: takes: beta blocker"),
    ):
        ruling = asked.ruled_out(Sentence.model_validate({"start": 0, "end": 1, **notes}))
        assert ruling
        assert ruling.words == words
    assert asked.ruled_out(Sentence(start=0, end=1, only=("state: severe",), unless=("state: mild",))) is None


def test_who_plans_a_pregnancy_is_not_taken_for_one_who_is_outside_it() -> None:
    woman = {"age_years": 31, "sex": "female", "pregnant": False, "conditions": [{"display": "trying to conceive"}]}
    assert applicant("which tablets for sugar?", woman).met("pregnant") is None
    assert applicant("which tablets for sugar?", {**woman, "conditions": []}).met("pregnant") is False


@pytest.mark.parametrize(
    ("question", "term", "held"),
    [
        ("amaurosis last week, left ICA 65%", "carotid stenosis >= 70 %", False),
        ("27/40, 150/98 twice", "gestation >= 34 weeks", False),
        ("27/40, 150/98 twice", "systolic blood pressure >= 140 mmHg", True),
        ("fluticasone/salmeterol 250/50 bd, still wheezy", "systolic blood pressure >= 140 mmHg", None),
        ("PREVENT CVD 11%, statin?", "PREVENT risk >= 7.5 %", True),
        ("CrCl 95, dose?", "eGFR < 50", False),
        ("stroke on edoxaban", "takes: dabigatran", False),
        ("swap edoxaban for dabigatran?", "takes: dabigatran", None),
        ("Escitalopram for panic, dose?", "takes: sertraline", None),
        ("T2DM on linagliptin only", "takes: SGLT2 inhibitor", False),
        ("T2DM on linagliptin", "takes: SGLT2 inhibitor", None),
        ("adult with tonsillitis", "age < 18", False),
        ("asthma, BP 122/70", "condition: asthma & systolic blood pressure > 140 mmHg", False),
        ("asthma, BP 162/70", "condition: asthma & systolic blood pressure > 140 mmHg", True),
        ("woman of 28 with dysuria, 11 wks preg", "pregnant", True),
        ("dysuria at 31+4 weeks", "pregnant", True),
        ("2nd trimester, dysuria", "pregnant", True),
        ("GDM: fasting 5.2, metformin?", "fasting glucose < 5.6 mmol/L", True),
        ("GDM, fasting sugar 7.4", "fasting glucose >= 7 mmol/L", True),
        # A denial ends at the comma, unless it is of a list.
        ("not jaundiced, steatorrhoea for a month", "condition: steatorrhoea", True),
        ("no jaundice, steatorrhoea or weight loss", "condition: steatorrhoea", False),
        ("no jaundice or steatorrhoea", "condition: steatorrhoea", False),
    ],
)
def test_terse_questions_tell(question: str, term: str, held: bool | None) -> None:
    assert applicant(question).met(term) is held


@pytest.mark.parametrize(
    ("question", "record", "term", "held"),
    [
        (
            "reperfuse?",
            {"conditions": ["acute myocardial infarction"]},
            "condition: previous myocardial infarction",
            None,
        ),
        ("aspirin?", {"conditions": ["myocardial infarction 2019"]}, "condition: previous myocardial infarction", True),
        ("dose?", {"medications": []}, "takes: carbamazepine", False),
        ("dose?", {"conditions": ["cellulitis"]}, "condition: comorbidity / chronic lung disease / diabetes", False),
        ("dose?", {"conditions": ["COPD"]}, "condition: comorbidity / chronic lung disease / diabetes", True),
        ("segmental PE on CTPA, DOAC?", None, "condition: subsegmental pulmonary embolism", False),
        ("GTT positive, sugar tablets?", {"conditions": ["gestational diabetes"]}, "state: at diagnosis", True),
        ("GTT when?", {"conditions": ["previous gestational diabetes"]}, "state: at diagnosis", None),
        ("STEMI, nearest PCI centre is 4 h off, lysing", None, "state: fibrinolysis", True),
        ("no clear trigger found", {"conditions": ["epilepsy"]}, "condition: clear trigger of epilepsy", False),
        ("clear trigger: no sleep", {"conditions": ["epilepsy"]}, "condition: clear trigger of epilepsy", True),
        ("which statin?", {"conditions": ["gout", "hypertension"]}, "condition: chronic kidney disease", False),
        ("which statin?", {"conditions": ["gout"], **LOW_EGFR}, "condition: chronic kidney disease", True),
        ("low mood", {"observations": [{"display": "PHQ-9 total score", "value": 8}]}, "PHQ-9 >= 16", False),
        ("COPD, which inhaler?", {"observations": [EOSINOPHILS]}, "eosinophils >= 100 cells/microlitre", False),
        ("BP up, Mirena fitted", {"sex": "female", "pregnant": False}, "condition: planned pregnancy", False),
    ],
)
def test_records_tell(question: str, record: dict[str, Any] | None, term: str, held: bool | None) -> None:
    assert applicant(question, record).met(term) is held


@pytest.mark.parametrize(
    ("entry", "term"),
    [
        ("IgA肾病、慢性肾功能不全，肌酐168 μmol/L", "condition: renal impairment"),
        ("超高危动脉粥样硬化性心血管病", "state: extremely high risk"),
        ("慢性肾脏病4期，eGFR 18", "eGFR < 30"),
        ("痛风急性发作", "state: acute"),
    ],
)
def test_what_a_chinese_record_says(entry: str, term: str) -> None:
    assert applicant("can this be used?", {"conditions": [{"display": entry}]}).met(term) is True


@pytest.mark.parametrize(
    ("record", "current"),
    [
        ({"medications": ["bisoprolol 5 mg"]}, False),
        ({"medications": ["bisoprolol 5 mg", "lisinopril 10 mg"]}, True),
        (None, True),
    ],
)
def test_what_gave_a_reaction_is_not_taken_where_the_record_lists_what_is(
    record: dict[str, Any] | None, current: bool
) -> None:
    taken = applicant("lisinopril gave her a swollen lip, what instead?", record).view.drugs
    assert any("lisinopril" in each.fact.display for each in taken) is current


def test_of_two_drugs_that_a_question_chooses_between_none_is_taken() -> None:
    assert not applicant("new DVT. edoxaban or dabigatran?").view.drugs
    assert applicant("takes edoxaban. naproxen or codeine?").view.drugs[0].fact.display == "edoxaban"
