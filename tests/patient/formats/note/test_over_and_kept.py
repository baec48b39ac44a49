"""What is over beside what goes on: treated illnesses, earlier pregnancies, what drugs did, and drugs that are kept."""

from __future__ import annotations

import pytest

from tests.patient.formats.note.test_lists import conditions, drugs


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Pneumonia last winter treated with doxycycline.", "resolved"),
        ("Previous tonsillitis, treated with clarithromycin then azithromycin.", "resolved"),
        ("Previous stroke (2018) treated with clopidogrel, continues.", "active"),
        ("Rheumatoid arthritis since 2016 treated with leflunomide.", "active"),
        ("One overdose on venlafaxine as a student.", "resolved"),
        ("Had 3/12 apixaban then stopped.", "resolved"),
        ("Torasemide 10 mg od, pause if diarrhoea.", "active"),
        ("Dapagliflozin 10 mg - skip on sick days", "active"),
        ("Gliclazide increased from 40 mg to 80 mg.", "active"),
        ("Temazepam 20 mg, weaning: 10 mg for a week then off.", "active"),
        ("Adalimumab to date.", "active"),
        ("Lamotrigine raised from 25 mg to 50 mg bd.", "active"),
        ("Not on any treatment since (was on mirtazapine).", "resolved"),
        ("Chest infection no better on amoxicillin day 4", "active"),
        ("Acenocoumarol (mitral valve), INR 3.1", "active"),
        ("For now ibuprofen tds.", "active"),
        ("Peppermint oil capsules now.", "active"),
        ("Dabigatran stop -> edoxaban 60 mg od from tomorrow", "resolved"),
    ],
)
def test_the_first_drug(text: str, status: str) -> None:
    assert next(iter(drugs(f"Seen today. {text}").values())) == status


@pytest.mark.parametrize(
    ("text", "name", "status"),
    [
        ("Had hives with cefuroxime as a teenager.", "hives", "resolved"),
        ("Presents with hives after cefuroxime.", "hives", "active"),
        ("Azathioprine had to be given up in 2019 because of neutropenia.", "neutropenia", "resolved"),
        ("Rather than gout this is cellulitis.", "gout", "negated"),
        ("Rather than gout this is cellulitis.", "cellulitis", "active"),
        ("Pregnancy in 2016 complicated by cholestasis of pregnancy.", "cholestasis", "resolved"),
        ("Second pregnancy complicated by chronic hypertension.", "hypertension", "active"),
        ("This pregnancy complicated by gestational diabetes.", "gestational diabetes", "active"),
        ("FOB has thalassaemia.", "thalassemia", "family_history"),
        ("Boy of 5 years. Ex-prem, PDA which closed by itself.", "patent ductus", "resolved"),
        ("Naproxen was ceased for AKI. AKI recovered.", "acute kidney injury", "resolved"),
        ("Appendicitis aged 9.", "appendicitis", "resolved"),
        ("Epilepsy aged 9.", "epilepsy", "active"),
        ("AKI on CKD 4, resolved.", "ckd 4", "active"),
        ("AF, COPD, bowel cancer 2004 (all clear), gout.", "atrial fibrillation", "active"),
        ("Delirium on day 2, now clear.", "delirium", "resolved"),
        ("Gallstones - lap cholecystectomy 2011.", "gallstones", "resolved"),
        ("Considered pulmonary embolism, scan not needed.", "pulmonary embolism", "uncertain"),
    ],
)
def test_the_illness(text: str, name: str, status: str) -> None:
    found = {shown: how for shown, how in conditions(text).items() if name in shown}
    assert list(found.values()) == [status]


def test_advice_about_warning_signs_names_no_illness() -> None:
    assert not conditions("Sent home, sepsis red flags given.")


def test_brands_with_counts_of_tablets_a_day_are_taken() -> None:
    assert list(drugs("T. Ecosprin 75 1-0-0, Tab Telma 40 0-0-1, Tab Glycomet 500 1-0-1").values()) == ["active"] * 3
