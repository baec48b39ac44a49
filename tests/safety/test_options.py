"""What guidelines, or the sentences of one advice, name for choice is no pair given together."""

from __future__ import annotations

import pytest

from medrag.knowledge import load
from medrag.safety.consultation import Consultation
from medrag.types import Citation, Evidence, Patient, Severity, Statement, Verdict
from tests.evidence import evidence, passage

KNOWLEDGE = load()
ADULT = {"age_years": 62, "sex": "male", "medications": [], "no_known_allergies": True}


def released(*texts: str) -> list[bool]:
    """Which statements of one advice, without citations, are released."""
    known = Consultation(Patient.model_validate(ADULT), "", KNOWLEDGE)
    return [not known.settle(Statement(text=each)).withheld for each in texts]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Start lisinopril 5 mg once daily.", "If he coughs and it is intolerable, candesartan 4 mg daily instead."),
        ("First choice is metoprolol 50 mg twice daily.", "A second choice is diltiazem MR 120 mg daily."),
        ("Give edoxaban 60 mg once daily.", "Alternatively, dabigatran 150 mg twice daily."),
        ("Apixaban 5 mg twice daily.", "Failing that, warfarin to an INR of 2 to 3."),
    ],
)
def test_what_takes_its_place_is_no_pair(first: str, second: str) -> None:
    assert released(first, second) == [True, True]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Give edoxaban 60 mg once daily.", "Add dabigatran 150 mg twice daily."),
        ("Start simvastatin 40 mg at night.", "If bronchitis develops, give clarithromycin 500 mg twice daily."),
        (
            "Start simvastatin 40 mg at night.",
            "If amoxicillin is not tolerated, use clarithromycin 500 mg twice daily instead.",
        ),
    ],
)
def test_what_is_added_is_a_pair(first: str, second: str) -> None:
    assert released(first, second) == [True, False]


def quoted(text: str, found: Evidence) -> Statement:
    cited = Citation(
        number=found.number, passage_id=found.passage.id, start=0, end=len(text), quote=text, title=found.passage.title
    )
    return Statement(text=text, citations=(cited,))


def second_of(first: tuple[str, str], second: tuple[str, str]) -> Statement:
    """The second of two sentences, each of the document before it, as it is judged after the first."""
    found = evidence(*(passage(f"{document}#1", text, title=document) for document, text in (first, second)))
    known = Consultation(Patient.model_validate(ADULT), "", KNOWLEDGE, evidence=found)
    statements = [known.settle(quoted(each.passage.text, each)) for each in found]
    return statements[-1]


def test_sentences_of_one_guideline_offer_a_choice() -> None:
    given = "Give simvastatin 40 mg by mouth at night."
    judged = second_of(("lungs", given), ("lungs", "Give clarithromycin 500 mg by mouth twice daily."))
    options = [each for each in judged.findings if each.code == "interaction.options"]
    assert not judged.withheld
    assert {each.severity for each in options} == {Severity.WARNING}
    assert {each.verdict for each in options} == {Verdict.FAIL}


def test_two_guidelines_name_a_choice_of_drugs_of_which_nobody_takes_two() -> None:
    assert not second_of(
        ("one", "Give apixaban 5 mg by mouth twice daily."), ("two", "Give warfarin to an INR of 2 to 3.")
    ).withheld


def test_drugs_of_two_guidelines_are_a_pair() -> None:
    judged = second_of(
        ("lipids", "Give simvastatin 40 mg by mouth at night."),
        ("lungs", "Give clarithromycin 500 mg by mouth twice daily."),
    )
    assert judged.withheld
