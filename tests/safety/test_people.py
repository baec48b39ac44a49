"""Which of a guideline's sentences are offered: its own warnings, what its sentences rule out, kidneys, limits."""

from __future__ import annotations

from typing import Any

from medrag.knowledge import load
from medrag.safety.choices import Choices
from medrag.safety.consultation import Consultation
from medrag.types import Evidence, Passage, Patient, Sentence

DOSE = "For cellulitis, clarithromycin is given as 500 mg by mouth twice daily for 7 days."


def choices(question: str, patient: dict[str, Any], *texts: str, title: str = "", people: str | None = None) -> Choices:
    text = " ".join(texts)
    places = [text.index(each) for each in texts]
    sentences = tuple(Sentence(start=at, end=at + len(each)) for at, each in zip(places, texts, strict=True))
    passage = Passage(id="p", doc_id="d", title=title, text=text, sentences=sentences, population=people)
    evidence = (Evidence(number=1, passage=passage, score=1.0),)
    return Consultation(Patient(**patient), question, load(), evidence=evidence).choices()


def offered(question: str, patient: dict[str, Any], *texts: str, people: str | None = None) -> list[int]:
    return [place for _, place in choices(question, patient, *texts, people=people).pointers]


def with_conditions(*names: str) -> dict[str, Any]:
    return {"age_years": 60, "sex": "male", "conditions": [{"display": each} for each in names]}


def taking(*names: str) -> dict[str, Any]:
    return {"age_years": 60, "sex": "male", "medications": [{"display": each} for each in names]}


def test_what_the_evidence_itself_warns_against_is_not_offered() -> None:
    warning = "Avoid clarithromycin for cellulitis in people with QT prolongation or taking simvastatin."
    assert offered("cellulitis, what now?", taking("simvastatin 40 mg"), DOSE, warning) == [2]
    assert offered("cellulitis, what now?", with_conditions("long QT syndrome"), DOSE, warning) == [2]
    assert offered("cellulitis, what now?", taking("ramipril 5 mg"), DOSE, warning) == [1, 2]
    found = choices("cellulitis, what now?", taking("simvastatin 40 mg"), DOSE, warning).left_out
    assert [(each.code, each.values["warning"], each.patient_facts) for each in found] == [
        ("population.warned", warning, ("simvastatin 40 mg",))
    ]


def test_a_warning_speaks_of_members_of_its_class_and_of_treatments() -> None:
    clot = "In pulmonary embolism, alteplase is 100 mg intravenously over 2 hours."
    bleeding = (
        "In pulmonary embolism, do not give thrombolysis with aortic dissection or previous intracranial haemorrhage."
    )
    assert offered("PE, lyse?", with_conditions("aortic dissection"), clot, bleeding) == [2]
    assert offered("PE, lyse?", with_conditions("asthma"), clot, bleeding) == [1, 2]
    operate = "After a TIA, carotid revascularisation within 2 weeks is reasonable."
    little = "After a TIA with carotid stenosis below 50%, do not perform carotid revascularisation."
    narrow = {"observations": [{"display": "carotid stenosis", "value": 30, "unit": "%"}]}
    assert offered("TIA, operate?", {**with_conditions("TIA"), **narrow}, operate, little) == [2]


def test_a_warning_needs_all_of_its_case_and_leaves_alternatives_and_hedges_alone() -> None:
    both = "Avoid clarithromycin in liver disease when simvastatin is also taken."
    assert offered("cellulitis?", taking("simvastatin 40 mg"), DOSE, both) == [1, 2]
    hedged = "Do not use clarithromycin routinely in people taking simvastatin."
    assert offered("cellulitis?", taking("simvastatin 40 mg"), DOSE, hedged) == [1, 2]
    choice = "For cellulitis, give clarithromycin 500 mg or doxycycline 100 mg twice daily."
    plain = "Avoid clarithromycin in people taking simvastatin."
    assert offered("cellulitis?", taking("simvastatin 40 mg"), choice, plain) == [1, 2]
    reduced = "In people taking simvastatin, clarithromycin is given only after the statin is paused."
    assert 1 in offered("cellulitis?", taking("simvastatin 40 mg"), reduced, plain)


def test_people_whom_a_sentence_rules_out_are_not_offered_it() -> None:
    without = "In acute gout without kidney disease or heart failure, give naproxen 500 mg twice daily."
    assert offered("gout, what now?", with_conditions("chronic kidney disease stage 3"), without) == []
    assert offered("gout, what now?", with_conditions("asthma"), without) == [1]
    unless = "Give two puffs of glyceryl trinitrate, unless hypotensive."
    assert offered("chest pain?", with_conditions("hypotension"), unless) == []
    either = "In gout with or without kidney disease, give prednisolone 30 mg once daily."
    assert offered("gout, what now?", with_conditions("chronic kidney disease stage 3"), either) == [1]
    added = "Topiramate for migraine in adults (not taking valproate) starts at 25 mg once daily."
    assert offered("topiramate dose?", taking("sodium valproate 500 mg"), added) == []


def test_kidneys_that_are_far_better_than_a_sentence_speaks_of() -> None:
    dialysis = "In haemodialysis, varenicline should not exceed 0.5 mg by mouth once daily."
    good = {"observations": [{"display": "eGFR", "value": 90, "unit": "mL/min/1.73m2"}]}
    assert offered("dose?", {"age_years": 50, "sex": "male", **good}, dialysis) == []
    assert offered("dose on dialysis?", {"age_years": 50, "sex": "male", **good}, dialysis) == [1]
    assert offered("dose?", {"age_years": 50, "sex": "male"}, dialysis) == [1]


def test_a_question_that_denies_a_group_does_not_ask_about_it() -> None:
    pregnant = "For cystitis in pregnancy, give nitrofurantoin 100 mg twice daily for 7 days."
    woman = {"age_years": 30, "sex": "female", "pregnant": False}
    assert offered("cystitis, not pregnant, which drug?", woman, pregnant) == []
    assert offered("cystitis, and if she becomes pregnant?", woman, pregnant) == [1]


def test_a_drug_that_the_question_only_asks_for_is_not_one_that_is_taken() -> None:
    taken = "In adults already taking clarithromycin, halve the dose."
    assert offered("clarithromycin - ok? dose?", taking("ramipril 5 mg"), taken) == []
    assert offered("cellulitis, unwell since clarithromycin", taking("ramipril 5 mg"), taken) == [1]
    assert offered("clarithromycin - ok? dose?", taking("clarithromycin 500 mg"), taken) == [1]
    assert offered("clarithromycin - ok? dose?", {"age_years": 60}, taken) == [1], "no drugs are recorded"


def test_neither_a_dose_without_its_drug_nor_the_rest_of_a_sentence_is_offered() -> None:
    whole = "Inhale two puffs of salbutamol every six hours."
    cut = [
        "Take one and a half tablets at noon.",
        "may be repeated once.",
        "antagonists are second line.",
        "Consider intravenous",
    ]
    assert offered("wheeze, what now?", {"age_years": 30, "sex": "male"}, *cut, whole, DOSE) == [5, 6]


def test_a_guideline_for_pregnancies_is_not_for_those_who_have_none() -> None:
    check, people = "Women managed at home need weekly platelets and liver enzymes.", "pregnancy and postpartum"
    woman = {"age_years": 33, "sex": "female", "pregnant": False}
    assert not offered("hypertension, which bloods?", {"age_years": 58, "sex": "male"}, check, people=people)
    assert not offered("hypertension, coil in, not pregnant. which bloods?", woman, check, people=people)
    assert offered("hypertension, baby born last week. which bloods?", woman, check, people=people)
    assert offered("hypertension, trying to conceive. which bloods?", woman, check, people=people)
    earlier = {**woman, "conditions": [{"display": "previous gestational diabetes"}]}
    assert offered("which bloods?", earlier, check, people=people)
    assert offered("hypertension, which bloods?", {"age_years": 33, "sex": "female"}, check, people=people)
    assert offered("hypertension, which bloods?", woman, check, people="people over 16 years, including pregnancy")


def test_what_is_for_children_is_not_for_grown_ups_without_an_age() -> None:
    dose = "Amoxicillin for otitis media in children is 80 mg/kg a day by mouth."
    for question in ("otitis media in an adult, dose?", "man, otitis media, dose?", "otitis media, adult, dose?"):
        assert not offered(question, {}, dose)
    for question in ("otitis media, dose?", "otitis media in a child, dose?", "woman's son with otitis media, dose?"):
        assert offered(question, {}, dose)
