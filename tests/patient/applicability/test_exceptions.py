"""Sentences for special patients beside the general ones that make exceptions of them."""

from __future__ import annotations

from typing import Any

import pytest

from medrag.patient.applicability import counterpart, exception
from medrag.patient.applicability.exceptions import implies
from medrag.patient.applicability.terms import term_of
from medrag.types import Sentence
from tests.patient.applicability.people import KNOWLEDGE, applicant


def noted(only: tuple[str, ...] = (), unless: tuple[str, ...] = ()) -> Sentence:
    return Sentence(start=0, end=1, only=only, unless=unless)


@pytest.mark.parametrize(
    ("one", "other", "held"),
    [
        ("condition: gout", "condition: gout", True),
        ("condition: tophaceous gout / gout with tophi", "condition: gout with tophi", True),
        ("condition: gout", "condition: psoriasis", False),
        ("severe allergy: penicillin", "allergy: penicillin", True),
        ("allergy: penicillin", "severe allergy: penicillin", False),
        ("allergy: flucloxacillin", "allergy: penicillin", True),
        ("takes: apixaban", "takes: anticoagulant", True),
        ("takes: anticoagulant", "takes: apixaban", False),
        ("takes: apixaban", "allergy: apixaban", False),
        ("condition: type 2 diabetes", "condition: diabetes", True),
        ("condition: diabetes", "condition: type 2 diabetes", False),
        ("eGFR < 15", "eGFR < 30", True),
        ("eGFR < 30", "eGFR < 15", False),
        ("eGFR <= 30", "eGFR < 30", False),
        ("potassium > 6", "potassium >= 5.5", True),
        ("potassium > 6", "eGFR > 5", False),
        ("eGFR < 30", "condition: dialysis", False),
        ("state: unstable", "condition: unstable", True),
    ],
)
def test_who_meets_a_narrower_term_meets_the_wider(one: str, other: str, held: bool) -> None:
    assert implies(term_of(one, KNOWLEDGE), term_of(other, KNOWLEDGE), KNOWLEDGE) is held


@pytest.mark.parametrize(
    ("question", "special", "general", "found"),
    [
        ("lamotrigine for seizures", noted(("takes: valproate",)), noted((), ("takes: valproate",)), True),
        (
            "lamotrigine for seizures, on valproate",
            noted(("takes: valproate",)),
            noted((), ("takes: valproate",)),
            False,
        ),
        ("lamotrigine for seizures", noted(("takes: valproate",)), noted(), False),
        ("lamotrigine for seizures", noted(), noted((), ("takes: valproate",)), False),
        # Each way to meet it must be an exception, but for those known not to hold.
        ("UTI", noted(("pregnant | eGFR < 30",)), noted((), ("pregnant",)), False),
        ("UTI, eGFR 80", noted(("pregnant | eGFR < 30",)), noted((), ("pregnant",)), True),
        # Of things that must hold together the one that is left decides.
        ("anaemia, eGFR 20", noted(("condition: asthma",)), noted((), ("condition: asthma & eGFR < 30",)), True),
        ("anaemia", noted(("condition: asthma",)), noted((), ("condition: asthma & eGFR < 30",)), False),
    ],
)
def test_an_open_requirement_that_the_other_makes_an_exception_of(
    question: str, special: Sentence, general: Sentence, found: bool
) -> None:
    assert (exception(special, general, applicant(question)) is not None) is found


def test_it_is_named_as_noted() -> None:
    record: dict[str, Any] = {"age_years": 40}
    special, general = noted(("age >= 18", "takes: lithium")), noted((), ("takes: lithium",))
    assert exception(special, general, applicant("diuretic?", record)) == "takes: lithium"


@pytest.mark.parametrize(
    ("question", "special", "general", "found"),
    [
        ("UTI, pregnant", noted(("pregnant",)), noted((), ("pregnant",)), True),
        ("UTI", noted(("pregnant",)), noted((), ("pregnant",)), False),
        ("UTI, on valproate", noted(("takes: valproate",)), noted((), ("takes: anticonvulsant",)), True),
        ("UTI, on valproate", noted(("takes: valproate",)), noted((), ("pregnant",)), False),
        ("gout, severe", noted(("state: severe",)), noted(("state: mild",)), True),
        ("gout, severe", noted(("state: severe",)), noted(("state: unprovoked",)), False),
        ("gout, eGFR 22", noted(("eGFR < 30",)), noted(("eGFR >= 60",)), True),
        # Of what everyone has one it tells nothing.
        ("gout, 72M", noted(("male",)), noted((), ("male",)), False),
        ("gout, 72M", noted(("age >= 65",)), noted(("age < 65",)), False),
    ],
)
def test_who_the_general_sentence_is_not_for_has_a_counterpart(
    question: str, special: Sentence, general: Sentence, found: bool
) -> None:
    assert counterpart(special, general, applicant(question)) is found
