from __future__ import annotations

import pytest

from medrag.knowledge import load as load_knowledge
from medrag.retrieval.question.query import (
    MAX_PATIENT_WORDS,
    MAX_QUESTION_WORDS,
    Query,
    asked_text,
    asking,
    condensed,
    query_for,
)
from medrag.types import Case, Condition, FactStatus, Patient

KNOWN = load_knowledge()


def query(question: str, *conditions: str | Condition, **patient: bool) -> str:
    facts = [{"display": each} if isinstance(each, str) else each for each in conditions]
    case = Case(question=question, patient=Patient.model_validate({"conditions": facts, **patient}))
    return query_for(case, KNOWN).text


def described(question: str, patient: Patient | None = None) -> str:
    return query_for(Case(question=question, patient=patient), KNOWN).described


def test_a_question_alone_is_the_query() -> None:
    said = " Which  drug\nfirst? "
    assert query_for(Case(question=said), KNOWN) == Query("Which drug first?", "Which drug first?", said)
    assert query("Which drug first?") == "Which drug first?"


def test_current_conditions_follow_on_their_own_line() -> None:
    resolved = Condition(display="Pneumonia", status=FactStatus.RESOLVED)
    asked = query("Which drug?", "Gout", resolved, "Hypertension", pregnant=True)
    assert asked == "Which drug?\nPatient with pregnancy, Gout, Hypertension"


def test_conditions_are_named_once() -> None:
    assert (
        query("Treatment of gout?", "Gout", "Asthma", "asthma (disorder)") == "Treatment of gout?\nPatient with Asthma"
    )


def test_snomed_tags_go_and_social_findings_with_them() -> None:
    asked = query("Which drug?", "Essential hypertension (disorder)", "Full-time employment (finding)")
    assert asked == "Which drug?\nPatient with Essential hypertension"


def test_long_questions_and_records_are_cut() -> None:
    asked = query("word " * 1000, *(f"condition number {each}" for each in range(100)))
    question, patient = asked.split("\n")
    assert len(question.split()) == MAX_QUESTION_WORDS
    assert len(patient.split()) <= MAX_PATIENT_WORDS + 2


def test_of_a_narrative_what_asks_is_kept() -> None:
    filler = "She walks the dog every day and feels well. " * 20
    assert asking(f"{filler}Which drug for gout? {filler}") == "Which drug for gout?"
    assert asking(f"Please advise on gout.\n{filler}") == "Please advise on gout."
    assert asking(f"{filler}Gout came back.") == "Gout came back."


def test_a_narratives_conditions_follow_what_it_asks() -> None:
    filler = "They walk the dog every day and feel well. " * 20
    assert condensed("Which  drug for gout?", KNOWN) == Query.of("Which  drug for gout?")
    letter = f"Past history: hypertension, hay fever. {filler}Which drug for the gout?"
    query, patient = condensed(letter, KNOWN).text.split("\n")
    assert query.startswith("Which drug for the gout?")
    assert "hypertension" in patient.casefold()


def test_the_patient_is_described_in_a_few_words() -> None:
    patient = Patient.model_validate(
        {
            "age_years": 34,
            "sex": "female",
            "pregnant": True,
            "allergies": ["penicillin", {"display": "latex", "status": "refuted"}],
            "conditions": ["asthma"],
            "medications": ["salbutamol"],
            "observations": [{"display": "eGFR", "value": 51, "unit": "mL/min/1.73m2"}],
        }
    )
    assert described(" Which inhaler? ", patient) == (
        "Which inhaler?\nPatient: age 34, female, pregnant, penicillin allergy, asthma, takes salbutamol, eGFR 51.0"
    )
    many = Patient.model_validate({"conditions": [f"condition number {each}" for each in range(100)]})
    assert len(described("q", many).split()) <= MAX_PATIENT_WORDS + 2


def test_what_the_record_does_not_say_is_not_described() -> None:
    assert described("q") == described("q", Patient()) == "q"
    assert described("q", Patient(sex="male")) == "q\nPatient: male"


def test_a_chinese_question_is_searched_by_what_has_english_names() -> None:
    written = "2型糖尿病，eGFR 26，二甲双胍还能继续吃吗？鬼画符"
    query = query_for(Case(question=written), KNOWN)
    asked = query.text
    assert query.asked == written
    assert "metformin" in asked
    assert "ype 2 diabetes mellitus" in asked
    assert asked.isascii()


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("on gliclazide, BM 2.1, unrousable", "hypoglycemia"),
        ("bisoprolol, EF 30 - add?", "heart failure with reduced ejection fraction"),
        ("with hyperkalemia, K 6.2", None),
        ("K 4.1, which drug", None),
    ],
)
def test_what_a_value_means_is_searched_for(question: str, meant: str | None) -> None:
    query = query_for(Case(question=question), KNOWN)
    assert query.text.partition("\n")[2] == (f"Patient with {meant}" if meant else "")
    assert query.described.partition("\n")[2] == (f"Patient: {meant}" if meant else "")


def test_a_chinese_emergency_is_searched_for_with_what_comes_first_in_it() -> None:
    assert asked_text("吃虾后全身荨麻疹、喉头水肿、喘鸣，怎么办？", load_knowledge()).endswith(
        "(anaphylaxis, epinephrine)"
    )
    assert "epinephrine" in asked_text("输液后过敏性休克，怎么抢救？", load_knowledge())
    assert "(" not in asked_text("高血压患者首选什么药？", load_knowledge())
