"""States and illnesses that notes name, against terse questions and records in other words."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.patient.applicability.answer import OPEN, UNREAD, Answer, any_of
from tests.patient.applicability.people import applicant


@pytest.mark.parametrize(
    ("question", "term", "held"),
    [
        # Sides.
        ("2yo, both eardrums red and bulging", "condition: bilateral acute otitis media", True),
        ("2yo, both eardrums red and bulging", "condition: unilateral acute otitis media", False),
        ("2yo, left TM bulging, right normal", "condition: bilateral acute otitis media", False),
        ("2yo with earache", "condition: bilateral acute otitis media", None),
        # Denials.
        ("4yo otitis, dry canal", "condition: ear discharge / otorrhoea", False),
        ("4yo otitis, pus coming out of the right ear", "condition: ear discharge / otorrhoea", True),
        ("70F osteoporosis, no fractures so far", "condition: pelvic fracture fragility", False),
        ("70F osteoporosis, no bleeding", "condition: bleeding disorder", None),
        ("COPD, no chronic bronchitis", "condition: chronic bronchitis", False),
        ("otitis in a toddler, eyes clear", "condition: purulent conjunctivitis", False),
        # Results of tests.
        ("ventilated pneumonia, influenza swab negative", "condition: influenza", False),
        ("pneumonia, flu/RSV PCR both neg", "condition: influenza", False),
        ("pneumonia, flu B detected", "condition: influenza", True),
        ("bronchitis, covid test +", "state: virus positive", True),
        ("bronchitis, hMPV not detected", "state: virus positive", False),
        ("Thai man, HLA-B*5801 neg, allopurinol", "condition: HLA-B*5801 positive", False),
        ("sting, all better after adrenaline 0.5 mg", "state: persisting after adrenaline", None),
        ("sting, wheezy despite adrenaline 0.5 mg", "state: persisting after adrenaline", True),
        # How unwell.
        ("sinusitis, not looking toxic", "state: systemically unwell", False),
        ("sinusitis, rigors and looks sick", "state: systemically unwell", True),
        ("pneumonia on norepinephrine", "state: severe", True),
        ("pneumonia on norepinephrine", "state: nonsevere", False),
        ("pneumonia on norepinephrine", "condition: hypotension / shock", True),
        ("urosepsis, noradrenaline running", "condition: septic shock", True),
        ("pneumonia, CURB-65 0", "state: severe", False),
        ("asthma attack, cannot finish sentences", "state: severe", True),
        ("penicillin: mild rash as a child, tonsillitis", "state: mild", None),
        ("leg cellulitis, T 36.8, HR 72", "condition: systemic signs of infection / sepsis", False),
        ("leg cellulitis, T 36.8", "condition: systemic signs of infection / sepsis", None),
        ("leg cellulitis, T 38.9 and HR 115", "condition: systemic signs of infection / sepsis", True),
        ("glucose 2.6, pale but awake", "state: conscious", True),
        # Where.
        ("ward pneumonia, which antibiotic", "state: inpatient", True),
        ("ward pneumonia, which antibiotic", "state: outpatient", False),
        ("pneumonia, intubated in resus", "state: outpatient", False),
        ("pneumonia seen at GP", "state: outpatient", True),
        ("pneumonia, nursing home. which drug", "state: outpatient", None),
        # Nothing else wrong.
        ("30F fit, pneumonia", "condition: comorbidity / chronic heart disease / diabetes", False),
        ("pneumonia in a 44M, nil PMH", "condition: myasthenia gravis", False),
        ("pneumonia in a 44M with asthma, otherwise well", "condition: asthma", True),
        ("pneumonia in a 44M, had a fit last night", "condition: myasthenia gravis", None),
        # A fit, now or before.
        ("convulsing for 15 minutes", "state: status epilepticus", True),
        ("convulsion 15 minutes ago, now fine", "state: status epilepticus", None),
        # Organs.
        ("AF, valves normal on echo", "condition: mechanical heart valve", False),
        ("stroke, monitor clean, sinus rhythm", "condition: atrial fibrillation", False),
        ("gout, eGFR 71", "condition: end-stage kidney disease / dialysis", False),
        ("gout, eGFR 71", "condition: chronic kidney disease", None),
        ("gout, eGFR 22", "condition: chronic kidney disease stage 3 or worse", True),
        ("renal patient on PD", "condition: dialysis", True),
        ("H. pylori, Child-Pugh B", "condition: moderate liver impairment", True),
        ("H. pylori, LFTs normal", "condition: liver impairment / cirrhosis", False),
        ("pneumonia, QTc 415", "condition: QT prolongation / long QT", False),
        ("fast AF, lungs wet, EF 25", "condition: decompensated heart failure", True),
        ("migraine, pulse 70", "condition: bradycardia", False),
        # Courses.
        ("H. pylori, never treated before", "state: treatment naive", True),
        ("H. pylori, still positive after triple therapy", "state: treatment failed", True),
        ("H. pylori again after bismuth quad", "condition: previous bismuth quadruple therapy", True),
        ("COPD, 0 exacerbations, mMRC 1", "state: group A", True),
        ("COPD, three flares this year, CAT 8", "state: group E", True),
        ("COPD, three flares this year, CAT 8", "state: exacerbation", None),
        ("COPD flare, more breathless", "state: exacerbation", True),
        ("ex-smoker with COPD", "condition: smoker / current smoking", False),
        ("E. coli grew in urine at booking, no symptoms, pregnant", "state: asymptomatic bacteriuria", True),
        ("pregnant with dysuria", "state: asymptomatic bacteriuria", False),
        ("T2 on gliclazide, hypos", "condition: type 1 diabetes", False),
        # What a drug did, and what inhalers there are.
        ("hypertension, lips swelled up on lisinopril", "condition: angioedema", True),
        ("hypertension, enalapril cough", "condition: ACE inhibitor cough", True),
        ("hypertension, coughing since starting perindopril", "condition: ACE inhibitor cough", True),
        ("hypertension with a cough", "condition: ACE inhibitor cough", None),
        ("COPD on Trimbow", "state: triple therapy", True),
        ("COPD flares despite indacaterol/glycopyrronium", "state: triple therapy", False),
        ("COPD, three exacs on Spiolto", "state: treatment failed", True),
        # How far a pregnancy is.
        ("pregnant 38+4, cystitis", "state: at term", True),
        ("cystitis at 22/40", "state: at term", False),
        # Shock, and what is as grave.
        ("pneumonia and sepsis, no vasopressors", "condition: septic shock", False),
        ("urosepsis on noradrenaline", "condition: septic shock", True),
        ("hypo, GCS 6", "state: severe", True),
        # One name and another that says more.
        ("40M, delta waves and irregular tachycardia", "condition: Wolff-Parkinson-White syndrome", True),
    ],
)
def test_a_question_says_it_in_its_own_words(question: str, term: str, held: bool | None) -> None:
    assert applicant(question).met(term) is held


@pytest.mark.parametrize(
    ("question", "term", "held"),
    [
        ("otitis, amoxicillin two weeks ago for tonsillitis", "state: amoxicillin in past 30 days", True),
        ("otitis, last antibiotics 7 months ago", "state: amoxicillin in past 30 days", False),
        ("otitis, no antibiotics recently, no allergies", "state: amoxicillin in past 30 days", False),
        ("otitis, no recent antibiotics", "state: amoxicillin in past 30 days", False),
        ("otitis, needs amoxicillin", "state: amoxicillin in past 30 days", None),
        ("AF, stent 4 years ago, on aspirin", "state: more than 1 year after revascularisation", True),
        ("AF, stented last week, on aspirin", "state: more than 1 year after revascularisation", False),
        ("osteoporosis, stroke 3 months ago", "condition: stroke in the previous year", True),
        ("osteoporosis, stroke 6 years ago", "condition: stroke in the previous year", False),
        ("osteoporosis, hip fracture 3 months ago", "condition: stroke in the previous year", None),
    ],
)
def test_a_time_ago_is_held_against_the_one_that_a_note_sets(question: str, term: str, held: bool | None) -> None:
    assert applicant(question).met(term) is held


@pytest.mark.parametrize(
    ("conditions", "term", "held"),
    [
        (["pneumonia", "influenza PCR negative"], "condition: influenza", False),
        (["chronic kidney disease stage 4"], "condition: haemodialysis / end-stage kidney disease", False),
        (["chronic kidney disease stage 4"], "condition: severe kidney impairment", True),
        (["end-stage renal disease"], "condition: haemodialysis / end-stage kidney disease", True),
        (["hypertension"], "condition: decompensated heart failure", False),
        (["mechanical aortic valve"], "condition: mechanical heart valve", True),
        (["ex-smoker", "hypertension"], "condition: smoker / current smoking", False),
        (["hopes for a baby: planning to conceive"], "state: planning pregnancy", True),
        (["day 9 after caesarean section", "pre-eclampsia in this pregnancy"], "state: postpartum", True),
        (["chronic kidney disease G4"], "eGFR < 30", True),
        (["chronic kidney disease G4"], "eGFR < 20", None),
        (["atrial fibrillation"], "condition: Wolff-Parkinson-White syndrome / pre-excited atrial fibrillation", False),
        (
            ["WPW", "atrial fibrillation"],
            "condition: Wolff-Parkinson-White syndrome / pre-excited atrial fibrillation",
            True,
        ),
    ],
)
def test_a_record_says_it_in_its_own_words(conditions: list[str], term: str, held: bool | None) -> None:
    record: dict[str, Any] = {"age_years": 63, "conditions": [{"display": each} for each in conditions]}
    assert applicant("what dose?", record).met(term) is held


@pytest.mark.parametrize(
    ("question", "term", "held"),
    [
        ("TIA, 85% left ICA stenosis, surgery?", "carotid stenosis >= 70 %", True),
        ("TIA, 85% left ICA stenosis, surgery?", "carotid stenosis < 50 %", False),
        ("TIA, right carotid narrowed by 30%", "carotid stenosis < 50 %", True),
        ("TIA, carotids not looked at yet", "carotid stenosis < 50 %", None),
    ],
)
def test_a_value_counts_before_its_name_too(question: str, term: str, held: bool | None) -> None:
    assert applicant(question).met(term) is held


def test_one_drug_of_a_combination_is_not_the_combination() -> None:
    record: dict[str, Any] = {"age_years": 63, "medications": [{"display": "vilanterol/umeclidinium"}]}
    asked = applicant("COPD, breathless", record)
    assert asked.met("takes: fluticasone furoate/umeclidinium/vilanterol") is False
    assert asked.met("takes: umeclidinium/vilanterol") is True


def test_of_a_pair_of_names_the_one_that_is_read_decides() -> None:
    no = Answer(False, "no discharge")
    assert any_of([no, UNREAD]) == no
    assert any_of([no, OPEN]) == OPEN
    assert any_of([no, UNREAD, UNREAD]) == OPEN
    assert any_of([UNREAD]) == OPEN
