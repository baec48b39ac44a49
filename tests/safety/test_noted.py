"""What people noted of whom a sentence is for: not offered to others, and withheld where it is cited."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.knowledge import load
from medrag.rendering import words
from medrag.safety.consultation import Consultation
from medrag.types import Citation, Evidence, Passage, Patient, Sentence, Statement
from tests.evidence import evidence, passage

TEXT = "Doxycycline 200 mg by mouth once daily is a choice for early Lyme disease."
WOMAN: dict[str, Any] = {"age_years": 31, "sex": "female", "pregnant": True, "allergies": [], "conditions": []}


def noted(**notes: tuple[str, ...]) -> Passage:
    made = passage("lyme#early", TEXT, title="Lyme disease")
    return made.model_copy(update={"sentences": (Sentence.model_validate({"start": 0, "end": len(TEXT), **notes}),)})


def asked(found: Passage, question: str, record: dict[str, Any] | None = None) -> Consultation:
    held: list[Evidence] = evidence(found)
    return Consultation(Patient.model_validate(record or WOMAN), question, load(), evidence=held)


@pytest.mark.parametrize(
    ("notes", "kept"),
    [
        ({"unless": ("pregnant",)}, False),
        ({"only": ("age < 12",)}, False),
        ({"only": ("age >= 12",), "unless": ("allergy: tetracycline",)}, True),
        ({"only": ("state: severe",)}, True),
    ],
)
def test_a_sentence_noted_for_others_is_not_among_the_choices(notes: dict[str, tuple[str, ...]], kept: bool) -> None:
    choices = asked(noted(**notes), "erythema migrans, treatment?").choices()
    assert bool(choices.pointers) is kept
    codes = [each.code for each in choices.left_out]
    assert ("population.noted_left_out" in codes) is not kept


def test_a_statement_that_cites_it_is_withheld_with_what_decided() -> None:
    found = noted(unless=("pregnant",))
    cited = Citation(number=1, passage_id=found.id, start=0, end=len(TEXT), quote=TEXT, title=found.title)
    judged = asked(found, "erythema migrans, treatment?").review(Statement(text=TEXT, citations=(cited,)))
    assert judged.withheld
    finding = next(each for each in judged.findings if each.code == "population.noted")
    assert finding.patient_facts == ("pregnant",)
    assert "unless: pregnant" in words(finding, "en")
    assert "妊娠者除外" in words(finding, "zh")


def test_notes_that_are_met_outweigh_what_the_wording_suggests() -> None:
    text = "In severe asthma with atrial fibrillation, give magnesium."
    record = {"age_years": 50, "conditions": [{"display": "asthma"}]}
    plain = passage("asthma#acute", text, title="Asthma")
    met = plain.model_copy(update={"sentences": (Sentence(start=0, end=len(text), only=("condition: asthma",)),)})
    assert not asked(plain, "asthma attack", record).choices().pointers
    assert asked(met, "asthma attack", record).choices().pointers
