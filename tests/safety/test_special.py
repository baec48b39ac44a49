"""Of a general sentence and its exception one stands back where nothing is known of the patient."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.knowledge import load
from medrag.rendering import words
from medrag.safety.choices import Choices
from medrag.safety.consultation import Consultation
from medrag.types import Evidence, Patient, Sentence
from tests.evidence import passage

GENERAL = "Doxycycline 200 mg by mouth once daily is given for Lyme disease."
SPECIAL = "In myasthenia gravis, amoxicillin 500 mg by mouth three times daily is given for Lyme disease."
ACUTE = "In acute Lyme disease with myasthenia gravis, amoxicillin 500 mg by mouth is given three times daily."
URGENT = "Lyme disease in myasthenia gravis with heart block needs emergency admission."
NOTE = "condition: myasthenia gravis"
MAN: dict[str, Any] = {"age_years": 31, "sex": "male", "allergies": []}


def chosen(
    *sentences: tuple[str, float], record: dict[str, Any] | None = None, documents: tuple[str, ...] = ("lyme", "lyme")
) -> Choices:
    """The choices among the sentences, each with how far search puts it behind its best."""
    held: list[Evidence] = []
    ranks = sorted(range(len(sentences)), key=lambda each: sentences[each][1])
    for place, ((text, behind), document) in enumerate(zip(sentences, documents, strict=True)):
        notes: dict[str, tuple[str, ...]] = {"unless": (NOTE,)} if text == GENERAL else {"only": (NOTE,)}
        made = passage(f"{document}#{place}", text, title="Lyme disease")
        made = made.model_copy(
            update={"sentences": (Sentence.model_validate({"start": 0, "end": len(text), **notes}),)}
        )
        rank = ranks.index(place) + 1
        held.append(Evidence(number=place + 1, passage=made, score=1.0, ranks=(rank,), behind=(behind,)))
    asked = Consultation(Patient.model_validate(record or MAN), "erythema migrans, drug?", load(), evidence=held)
    return asked.choices()


@pytest.mark.parametrize(
    ("first", "second", "record", "kept"),
    [
        ((GENERAL, 0.0), (SPECIAL, 0.5), None, {1}),
        ((SPECIAL, 0.0), (GENERAL, 0.2), None, {2}),
        ((SPECIAL, 0.0), (GENERAL, 0.8), None, {1, 2}),
        # Where search finds the special one much nearer, the question speaks of it in words that are not read.
        ((SPECIAL, 0.0), (GENERAL, 1.5), None, {1}),
        ((GENERAL, 0.0), (URGENT, 0.5), None, {1, 2}),
        # "Acute" alone is no emergency.
        ((GENERAL, 0.0), (ACUTE, 0.5), None, {1}),
        ((GENERAL, 0.0), (SPECIAL, 0.5), MAN | {"conditions": [{"display": "myasthenia gravis"}]}, {2}),
    ],
)
def test_the_special_sentence_stands_back(
    first: tuple[str, float], second: tuple[str, float], record: dict[str, Any] | None, kept: set[int]
) -> None:
    assert {number for number, _ in chosen(first, second, record=record).pointers} == kept


def test_another_documents_exception_is_none() -> None:
    assert len(chosen((GENERAL, 0.0), (SPECIAL, 0.5), documents=("lyme", "ticks")).pointers) == 2


def test_a_finding_says_of_whom_nothing_is_known() -> None:
    (finding,) = (each for each in chosen((GENERAL, 0.0), (SPECIAL, 0.5)).left_out if each.code == "population.special")
    assert "myasthenia gravis" in words(finding, "en")
    assert "重症肌无力" in words(finding, "zh")


def test_the_special_sentence_takes_the_place_of_the_general_one_where_this_is_such_a_patient() -> None:
    record = MAN | {"conditions": [{"display": "myasthenia gravis"}]}
    assert chosen((GENERAL, 0.0), (SPECIAL, 5.0), record=record).instead == {(2, 1): 0.0}
    assert not chosen((GENERAL, 0.0), (SPECIAL, 5.0)).instead, "nothing is known of it"
    assert not chosen((GENERAL, 0.0), (SPECIAL, 5.0), record=record, documents=("lyme", "ticks")).instead
