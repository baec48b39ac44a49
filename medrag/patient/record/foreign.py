"""Text that is not in English: what it was read from, and what of it was not read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar, cast

from medrag.patient.record.facts import LISTS
from medrag.reading.languages.gloss import Gloss, other_script
from medrag.types import Fact, Genotype, Patient, Problem

F = TypeVar("F", bound=Fact | Genotype)


def unread(english: str, origin: str) -> list[Problem]:
    """That words of the text are in a script that no reader knows: any fact may be among them."""
    if not other_script(english):
        return []
    reason = "words in a script or language that cannot be read; what they say is not known"
    return [Problem(source=origin, reason=reason, lost=("conditions", "allergies", "medications", "observations"))]


def restored(facts: Iterable[F], english: Gloss, origin: str) -> list[F]:
    """The facts read from a text in English, with the places in the text itself."""
    return moved(facts, origin, english.origin) if english.spans else list(facts)


def restored_patient(patient: Patient, english: Gloss, origin: str) -> Patient:
    """The patient with :func:`restored` facts in every list."""
    if not english.spans:
        return patient
    place = english.origin
    lists = {name: facts for name in LISTS if (facts := getattr(patient, name))}
    return patient.model_copy(update={name: tuple(moved(facts, origin, place)) for name, facts in lists.items()})


def moved(facts: Iterable[F], origin: str, place: Callable[[int, int], tuple[int, int]]) -> list[F]:
    """The facts with the places that ``place`` gives for those (start, end) in the text they were read from."""
    span = re.compile(rf"{re.escape(origin)}:(\d+)-(\d+)")
    return [_moved(each, span, origin, place) for each in facts]


def _moved(fact: F, span: re.Pattern[str], origin: str, place: Callable[[int, int], tuple[int, int]]) -> F:
    at = span.fullmatch(fact.source)
    if at is None:
        return fact
    start, end = place(int(at[1]), int(at[2]))
    return cast(F, fact.model_copy(update={"source": f"{origin}:{start}-{end}"}))
