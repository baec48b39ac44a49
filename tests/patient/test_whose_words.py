"""A note or a question about someone else than the record, by a name, a birth, a sex or a child."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from medrag.errors import PatientError
from medrag.patient import ensure_same_person, load
from medrag.types import Patient

TODAY = date(2026, 11, 30)
FHIR = (
    '{"resourceType": "Patient", "id": "a", "name": [{"given": ["Ruth"], "family": "Lindqvist"}], "gender": "female",'
    ' "birthDate": "1952-06-11"}'
)


def refused(folder: Path, note: str | None = None, question: str = "") -> bool:
    record = folder / "record.json"
    record.write_text(FHIR)
    files = [record]
    if note:
        files.append(folder / "note.txt")
        files[-1].write_text(note + "\n")
    try:
        load(files, question=question, today=TODAY)
    except PatientError as error:
        assert error.code == "two_people"
        return True
    return False


@pytest.mark.parametrize(
    "note",
    [
        "Patient: Tom Baker\nGout.",
        "Patient: K. Novak\nGout",
        "Name - Elena Petrova\nDigoxin.",
        "Re: Elena Petrova, born 2 May 1971\nDear Dr Lindqvist, gout.",
        "Re: Mrs Elena Petrova\nShe takes digoxin.",
        "RE: Peter Novak\nGout",
        "Re: Mrs Okafor's digoxin",
        "Born: 1971-05-02. Gout.",
        "Elena Petrova is a 74-year-old woman with gout.",
        "Mrs Okafor denies chest pain.",
        "Ward round - PETROVA, ELENA - 11/20/2026\nGout.",
        "He takes digoxin. His pulse is 60.",
        "This gentleman has gout.",
        "The patient is a man with gout.",
        "We reviewed Birgit Lindqvist today. She takes digoxin.",
        "Phone call from Tomasz Wrona re: his digoxin.",
        "Saoirse Brennan attended with gout.",
        "Brennan, Saoirse (F) 02/05/1971\nDigoxin.",
    ],
)
def test_a_note_about_someone_else_is_refused(tmp_path: Path, note: str) -> None:
    assert refused(tmp_path, note)


@pytest.mark.parametrize(
    "note",
    [
        "Patient: Ruth Lindqvist\nGout",
        "Patient: R. Lindqvist\nGout",
        "LINDQVIST, RUTH\nGout",
        "Ruth Lindqvist, born 11 June 1952. Gout.",
        "Mrs Lindqvist takes digoxin.",
        "Her husband, Mr Okafor, takes digoxin.",
        "Son says he gave her ibuprofen. He is worried.",
        "Patient: Stable, no pain",
        "Re: Ms Lindqvist's digoxin",
        "Re: Digoxin level",
        "Delivered a live male infant, born 12 Nov 1980.",
        "GOUT, ACUTE\nHTN",
        "I saw Ruth Lindqvist in clinic today.",
        "Call from Birgit Lindqvist, her daughter, about her digoxin.",
        "Reviewed Charcot Marie Tooth disease literature.",
        "cc: Mr Tomasz Wrona, FRCS. 74 years old, gout.",
    ],
)
def test_a_note_about_the_same_person_is_read(tmp_path: Path, note: str) -> None:
    assert not refused(tmp_path, note)


@pytest.mark.parametrize(
    ("question", "another"),
    [
        ("My 4-year-old daughter has otitis, which antibiotic?", True),
        ("Gentamicin dose for a 2.8 kg neonate?", True),
        ("Which dose for Elena Petrova, born 1971-05-02?", True),
        ("Can I give ibuprofen to my 9 month old baby?", True),
        ("Which antibiotic for cystitis?", False),
        ("What should Tomasz Wrona take for his gout?", True),
        ("Which diuretic for Mrs Ada Okafor?", True),
        ("For my patient Saoirse Brennan: which statin?", True),
        ("Which diuretic for Mrs Ruth Lindqvist?", False),
        ("What is the drug of choice for Charles Bonnet syndrome?", False),
        ("Should Guillain Barre be treated with steroids?", False),
        ("Her son had a reaction to penicillin; can she take amoxicillin?", False),
        ("My 6-year-old son has chickenpox, am I at risk?", False),
    ],
)
def test_a_question_about_someone_else_is_refused(tmp_path: Path, question: str, another: bool) -> None:
    assert refused(tmp_path, question=question) is another


RECORDS = {
    "grandfather": {"age_years": 71, "sex": "male", "conditions": ["heart failure"]},
    "woman": {"age_years": 33, "sex": "female", "conditions": ["eczema"]},
    "boy": {"age_years": 6, "sex": "male", "conditions": ["eczema"]},
}


@pytest.mark.parametrize(
    ("record", "question", "another"),
    [
        ("grandfather", "My wife is 20 weeks pregnant, which antiemetic can she have?", True),
        ("grandfather", "Is it safe for our daughter (8 years) to have ibuprofen?", True),
        ("grandfather", "Preterm newborn with apnoea, caffeine dose?", True),
        ("grandfather", "She is 30 weeks pregnant with cystitis. Nitrofurantoin?", True),
        ("grandfather", "My sister has gout. Which drug should she take?", True),
        ("woman", "Her brother has migraine, what should he take?", True),
        ("woman", "My son is 9 and has croup. Dexamethasone dose?", True),
        ("boy", "My mother has angina. Can she take sildenafil?", True),
        ("grandfather", "Old lady with shingles, which antiviral?", True),
        ("woman", "A gentleman with prostatitis: how long ciprofloxacin?", True),
        ("grandfather", "Teenage boy with acne, doxycycline dose?", True),
        ("woman", "Our dad takes lithium and was given ibuprofen, is that ok for him?", True),
        ("grandfather", "He had rheumatic fever as a 10-year-old. Prophylaxis still?", False),
        ("boy", "Do trials in 60-year-old patients apply to him?", False),
        ("boy", "My son is 6 and his skin is raw. Which cream?", False),
        ("boy", "His mother is breastfeeding his sister. Can he have cetirizine?", False),
        ("woman", "Her husband has scabies. What should she use?", False),
        ("woman", "Her partner smokes. Emollient first, or steroid?", False),
        ("grandfather", "His wife manages his tablets. Should he stop metformin on sick days?", False),
        ("grandfather", "Is lisinopril safe in pregnancy?", False),
        ("grandfather", "Do newborns get heart failure?", False),
        ("grandfather", "Does Takotsubo Syndrome need an ACE inhibitor?", False),
    ],
)
def test_a_question_about_a_relative(record: str, question: str, another: bool) -> None:
    patient = Patient.model_validate(RECORDS[record])
    if another:
        with pytest.raises(PatientError, match="two people"):
            ensure_same_person(patient, question, TODAY)
    else:
        ensure_same_person(patient, question, TODAY)


@pytest.mark.parametrize(
    ("note", "another"),
    [
        ("Patientin: Petrova, Elena, geb. 02.05.1971\nGicht.", True),
        ("Name: Novak\nVorname: Petr\nGeburtsdatum: 02.05.1971\nGicht.", True),
        ("Nom : Moreau   Prénom : Luc\nNé le 02/05/1971", True),
        ("Paciente: Elena Ruiz Soto\nFecha de nacimiento: 02/05/1971", True),
        ("Cognome: Rossi\nNome: Carlo\nNato il 02/05/1971", True),
        ("Name: Lindqvist\nVorname: Ruth\nGeburtsdatum: 11.06.1952\nGicht.", False),
        ("Term baby boy, 2 days old, jaundiced.", True),
        ("5-week-old with projectile vomiting. Not feeding.", True),
        ("Gout. Lives with her husband (80) and two sons aged 40 and 44.", False),
        ("Tonsils out as an 8 year old. Gout.", False),
        ("MRS OKAFOR, 74. Gout.", True),
        ("Elena Petrova telephoned: her INR is 6.", True),
        ("Phone call: Elena Petrova rang about her digoxin.", True),
        ("Patient: Ruht Lindqvist, DOB 11/06/1952. Gout.", True),
        ("Kidney from her brother Olof Lindqvist, 61M, in 2019. Tacrolimus.", False),
        ("cc: Mr and Mrs Berg\nMrs Lindqvist, 74, has gout.", False),
        ("Mrs Lindqvist's grandson Tim (19, student) rang. She has gout.", False),
    ],
)
def test_notes_on_other_forms(tmp_path: Path, note: str, another: bool) -> None:
    assert refused(tmp_path, note) is another


@pytest.mark.parametrize(
    "note",
    [
        "Bay 3  Mr Holt 80 - UTI, trimethoprim\nBay 4  Mrs Weir 59 - asthma, prednisolone",
        "Handover\n- Holt, 80M: UTI, trimethoprim\n- Weir, 59F: asthma, prednisolone",
        "Patient 1: gout, colchicine.\nPatient 2: COPD, tiotropium.",
        "1. Karl Holt (DOB 03/02/1946): INR 4, on warfarin.\n2. Ada Weir (DOB 09/10/1967): on lithium.",
        "Name: Karl Holt\nWarfarin\n-----\nName: Ada Weir\nLithium",
        "I have two patients: a man on warfarin and a woman on lithium.",
        "MRN 4711 - warfarin, INR 2.5\nMRN 4722 - lithium",
    ],
)
def test_several_patients_in_one_text_are_refused(tmp_path: Path, note: str) -> None:
    path = tmp_path / "note.txt"
    path.write_text(note)
    with pytest.raises(PatientError, match="several patients"):
        load([path], TODAY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Patient: Jenifer Holt, DOB 3 Feb 1946", "Patient: Jennifer Holt, DOB 3 Feb 1946"),
        ("Patient: Ewan Mac Gregor. Gout", "Patient: Ewan MacGregor. Gout"),
        ("Name: Jack Holt. Gout.", "Name: John Holt. Asthma."),
    ],
)
def test_one_name_written_otherwise(tmp_path: Path, one: str, other: str) -> None:
    paths = [tmp_path / "one.txt", tmp_path / "other.txt"]
    for path, text in zip(paths, (one, other), strict=True):
        path.write_text(text)
    load(paths, TODAY)
