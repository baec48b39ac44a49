"""Sentences for other people: read from their wording, held against the record, left out of the choice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from medrag import knowledge
from medrag.engine import Engine
from medrag.generation.modes.quote import marks
from medrag.generation.scripted import ScriptedModel
from medrag.reading.people.population import meant_for
from medrag.retrieval.retriever import Retriever
from medrag.safety.consultation import Consultation
from medrag.types import Case, Citation, Evidence, Outcome, Passage, Patient, Sentence, Statement

KNOWLEDGE = knowledge.load()
MAN: dict[str, Any] = {"age_years": 62, "sex": "male", "no_known_allergies": True}
WOMAN: dict[str, Any] = {"age_years": 30, "sex": "female"}
CHILD: dict[str, Any] = {"age_years": 8, "sex": "female"}
EGFR = {"display": "eGFR", "value": 25, "unit": "mL/min/1.73 m2"}


@pytest.mark.parametrize(
    ("text", "heading", "groups"),
    [
        ("In pregnancy with hypertension, give labetalol.", "", (("pregnant",),)),
        ("Pregnant and breastfeeding women should be given erythromycin.", "", (("pregnant", "breastfeeding"),)),
        ("Children with otitis media should be given amoxicillin.", "", (("child",),)),
        ("The device is contraindicated during pregnancy.", "", (("pregnant",),)),
        ("Give cefuroxime three times daily.", "Treatment in pregnancy", (("pregnant",),)),
        ("In hypertension and eGFR >=45 mL/min, add spironolactone.", "", (("egfr>=45",),)),
        ("In cellulitis with penicillin allergy, clindamycin is given.", "", (("allergic",),)),
        (
            "In penicillin allergy without immediate reaction, cephalexin is given.",
            "",
            (("mildly allergic",), ("allergic",)),
        ),
        ("In cystitis without penicillin allergy, pivmecillinam is given.", "", (("not allergic",),)),
        ("In adults and children with sickle cell anaemia, transfuse.", "", (("adult", "child"),)),
        # For everyone, or not surely for some only.
        ("In children, adolescents and adults with asthma, give budesonide.", "", ()),
        ("In older adults or people with kidney impairment, use lower doses.", "", ()),
        ("Give 500 mg three times daily, or 15 mg/kg in children.", "", ()),
        ("It is licensed for adults and should be avoided in pregnancy.", "", ()),
        ("The effects are the same as for adults.", "", ()),
        ("It may be used by anyone but not in children.", "", ()),
        ("Pregnancy should be ruled out before isotretinoin is started.", "", ()),
        ("In non-pregnant women with cystitis, give nitrofurantoin.", "", (("not pregnant",),)),
        ("In adults aged 50 years or over with kidney disease, give a statin.", "", (("adult",), ("age>=50",))),
        ("In children aged 6 to 11 years with asthma, give budesonide.", "", (("child",), ("age>=6",), ("age<12",))),
        ("In children aged 6 to 23 months with otitis, observe.", "", (("child",),)),
        ("Women who may become pregnant should use contraception.", "Pregnancy", (("women",),)),
        ("Offer contraception before treatment.", "Pregnancy", ()),
        ("Give insulin.", "Pregnancy and other illness", ()),
        ("In severe allergic asthma, omalizumab is an option.", "", ()),
    ],
)
def test_whom_a_sentence_is_for(text: str, heading: str, groups: tuple[tuple[str, ...], ...]) -> None:
    assert meant_for(text, heading) == groups


def passage_of(text: str, heading: str) -> Passage:
    whole = Sentence(start=0, end=len(text))
    return Passage(id="p", doc_id="d", title="t", text=text, sentences=(whole,), section=(heading,))


def verdict(text: str, patient: dict[str, Any], question: str = "", heading: str = "") -> bool:
    """Whether the filter withholds ``text``, cited from a passage under ``heading``, for the patient."""
    passage = passage_of(text, heading)
    citation = Citation(number=1, passage_id="p", start=0, end=len(text), quote=text, title="t")
    statement = Statement(text=text, citations=(citation,))
    evidence = (Evidence(number=1, passage=passage, score=1.0),)
    checked = Consultation(Patient(**patient), question, KNOWLEDGE, evidence=evidence).review(statement)
    return any(each.check == "population" and each.withholds for each in checked.findings)


def test_what_the_record_leaves_open_is_released() -> None:
    labetalol = "In pregnancy with hypertension, give labetalol."
    assert verdict(labetalol, MAN)
    assert verdict(labetalol, {**WOMAN, "pregnant": False})
    assert not verdict(labetalol, WOMAN)  # not recorded
    assert not verdict(labetalol, {**WOMAN, "pregnant": True})
    assert not verdict(labetalol, {})
    assert verdict("Take it at night.", MAN, heading="Use in pregnancy")


def test_ages_kidney_function_sex_and_allergies() -> None:
    assert verdict("In adults with asthma, give budesonide.", CHILD)
    assert verdict("In children with asthma, give budesonide.", MAN)
    assert not verdict("In children with asthma, give budesonide.", {"sex": "male"})
    assert verdict("In older adults with diabetes, avoid sulfonylureas.", WOMAN)
    spironolactone = "In hypertension and eGFR >=45 mL/min, add spironolactone."
    assert verdict(spironolactone, {**WOMAN, "observations": [EGFR]})
    assert not verdict(spironolactone, {**WOMAN, "observations": [{**EGFR, "value": 60}]})
    assert not verdict(spironolactone, WOMAN)
    assert verdict("For cystitis in men, give trimethoprim.", WOMAN)
    assert not verdict("For cystitis in men, or in women with fever, give trimethoprim.", WOMAN)
    assert verdict("In men with cystitis, give trimethoprim.", WOMAN)
    clindamycin = "In cellulitis with penicillin allergy, clindamycin is given."
    assert verdict(clindamycin, MAN)
    assert not verdict(clindamycin, {**MAN, "no_known_allergies": None, "allergies": [{"display": "penicillin"}]})
    assert not verdict(clindamycin, WOMAN)


def test_ages_in_years() -> None:
    budesonide = "In children aged 6 to 11 years with asthma, give budesonide."
    assert not verdict(budesonide, CHILD)
    assert verdict(budesonide, {**CHILD, "age_years": 3})
    assert verdict("In adults aged 50 years or over with kidney disease, give a statin.", WOMAN)
    assert not verdict("In adults aged 50 years or over with kidney disease, give a statin.", MAN)
    assert verdict("In nonpregnant adults with diabetes, aim for 7%.", {**WOMAN, "pregnant": True})


def test_a_question_about_the_group_is_answered() -> None:
    labetalol = "In pregnancy with hypertension, give labetalol."
    assert not verdict(labetalol, {**WOMAN, "pregnant": False}, "Which drug if she becomes pregnant?")
    assert verdict(labetalol, {**WOMAN, "pregnant": False}, "Which drug first?")


def test_the_model_is_not_offered_sentences_for_others(retriever: Retriever) -> None:
    """The second sentence of the evidence is for the pregnant: a man's grammar has no letter for it."""
    model = ScriptedModel(["none"], tokens=4096)
    engine = Engine(retriever, model, KNOWLEDGE)
    question = "How is a urinary tract infection treated?"
    advice = asyncio.run(engine.recommend(Case(question=question, patient=Patient(**MAN))))
    allowed = Consultation(Patient(**MAN), question, KNOWLEDGE, evidence=advice.evidence).choices().pointers
    others = [letter for place, letter in marks(advice.evidence).items() if place not in allowed]
    grammar = model.seen[0].grammar or ""
    assert others
    assert advice.outcome is Outcome.ABSTAINED
    assert not any(f'"{letter}"' in grammar for letter in others)
    assert any(each.check == "population" and "pregnant" in each.reason for each in advice.findings)


def chosen(text: str, patient: dict[str, Any], heading: str = "") -> bool:
    evidence = (Evidence(number=1, passage=passage_of(text, heading), score=1.0),)
    return bool(Consultation(Patient(**patient), "", KNOWLEDGE, evidence=evidence).for_this_patient([1]))


def test_sentences_for_a_group_that_the_record_puts_the_patient_in() -> None:
    pregnant = {**WOMAN, "pregnant": True}
    assert chosen("In pregnancy with hypertension, give labetalol.", pregnant)
    assert chosen("Give labetalol.", pregnant, "Pregnancy")
    assert not chosen("In pregnancy with hypertension, give labetalol.", WOMAN)
    assert not chosen("In adults with hypertension, give amlodipine.", pregnant)
    assert not chosen("Give amlodipine.", pregnant)
    assert chosen("In older adults with diabetes, avoid sulfonylureas.", {"age_years": 71})
    assert not chosen("In older adults with diabetes, avoid sulfonylureas.", {"age_years": 62})
    assert chosen("In children with asthma, give budesonide.", CHILD)
    assert not chosen("In children aged 6 to 23 months with otitis, observe.", CHILD)
    assert not chosen("Infants with otitis should be given amoxicillin.", CHILD)
    allergic = {**MAN, "no_known_allergies": None, "allergies": [{"display": "penicillin"}]}
    assert chosen("In cellulitis with penicillin allergy, clindamycin is given.", allergic)
    assert not chosen("In cellulitis with sulfonamide allergy, clindamycin is given.", allergic)
    low = {**WOMAN, "observations": [EGFR]}
    assert chosen("In diabetes and eGFR below 30 mL/min, linagliptin is preferred.", low)
    assert not chosen("In diabetes and eGFR below 20 mL/min, linagliptin is preferred.", low)


def test_the_passage_cited_also_speaks_of_this_patient(retriever: Retriever) -> None:
    """A model that chooses another sentence of the passage does not hide the one for the pregnant."""
    question = "How is acute pyelonephritis treated with cefalexin or cefuroxime?"
    case = Case(question=question, patient=Patient(**WOMAN, pregnant=True))
    evidence = asyncio.run(Engine(retriever, ScriptedModel(["none"], tokens=4096), KNOWLEDGE).retrieve(case))
    consultation = Consultation(case.patient, question, KNOWLEDGE, evidence=evidence)
    passages = {each.number: each.passage for each in evidence if len(each.passage.sentences) > 1}
    offered = consultation.choices().pointers
    number, position, other = next(
        (number, position, other)
        for number, position in consultation.for_this_patient(passages)
        for beside, other in offered
        if beside == number and other != position
    )
    passage = passages[number]
    model = ScriptedModel([marks(evidence)[number, other], "none"], tokens=4096)
    advice = asyncio.run(Engine(retriever, model, KNOWLEDGE).recommend(case))
    assert passage.quote(passage.sentences[position - 1]) in [each.text for each in advice.statements]


def offered(text: str, people: str, age: float, question: str = "") -> bool:
    """Whether a sentence of a guideline for such people is among the choices at that age."""
    found = passage_of(text, "").model_copy(update={"population": people})
    evidence = (Evidence(number=1, passage=found, score=1.0),)
    return bool(Consultation(Patient(age_years=age), question, KNOWLEDGE, evidence=evidence).choices().pointers)


def test_a_guideline_for_other_ages_is_not_offered() -> None:
    dose = "Mirtazapine is started at 15 mg at bedtime."
    assert offered(dose, "adults", 41)
    assert not offered(dose, "adults", 9)
    assert not offered(dose, "adult outpatients; excludes palliative care", 9)
    assert not offered(dose, "children aged 1 to 5 years", 41)
    assert not offered(dose, "people aged 16 years and over, including pregnancy", 9)
    assert offered(dose, "adults and children", 9)
    assert offered(dose, "children, young people and adults", 41)
    assert offered(dose, "pregnancy", 41)
    assert offered(dose, "postmenopausal women and men aged 50 years and over", 41)
    assert not offered("This advice applies to adults and not to the immunocompromised.", "adults", 9)
    # A sentence that names another age goes by its own words.
    assert offered("In children, mirtazapine is not started.", "adults", 9)


@pytest.mark.parametrize(
    ("question", "offered"),
    [
        ("Newborn, septic, which antibiotic?", False),
        ("what fluid bolus in a toddler with sepsis?", False),
        ("Mother of a newborn, septic, which antibiotic?", True),
        ("septic, child-bearing age, which antibiotic?", True),
        ("septic, which antibiotic?", True),
    ],
)
def test_a_child_of_no_told_age_is_no_adult(question: str, offered: bool) -> None:
    text = "In adults with sepsis, give meropenem 1 g intravenously."
    passage = Passage(
        id="a#1", doc_id="a", title="Sepsis", text=text, sentences=(Sentence(start=0, end=len(text)),), section=()
    )
    asked = Consultation(None, question, KNOWLEDGE, evidence=[Evidence(number=1, passage=passage, score=1.0)])
    assert bool(asked.choices().pointers) is offered
