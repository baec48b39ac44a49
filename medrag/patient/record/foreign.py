"""Text that is not in English: what it was read from, and what of it was not read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar, cast

from medrag.knowledge import Knowledge
from medrag.patient.record.facts import LISTS
from medrag.reading.languages.gloss import gloss, is_chinese, other_script
from medrag.types import Fact, Genotype, Patient, Problem

F = TypeVar("F", bound=Fact | Genotype)


def unread(english: str, origin: str) -> list[Problem]:
    """That words of the text are in a script that no reader knows: any fact may be among them."""
    if not other_script(english):
        return []
    reason = "words in a script or language that cannot be read; what they say is not known"
    return [Problem(source=origin, reason=reason, lost=("conditions", "allergies", "medications", "observations"))]


def restored(facts: Iterable[F], text: str, origin: str, knowledge: Knowledge) -> list[F]:
    """The facts read from ``text`` in English, with the places in ``text`` itself."""
    return [_restored(each, text, origin, knowledge) for each in facts] if is_chinese(text) else list(facts)


def restored_patient(patient: Patient, text: str, origin: str, knowledge: Knowledge) -> Patient:
    """The patient with :func:`restored` facts in every list."""
    lists = {name: facts for name in LISTS if (facts := getattr(patient, name))}
    update = {name: tuple(restored(facts, text, origin, knowledge)) for name, facts in lists.items()}
    return patient.model_copy(update=update)


def _restored(fact: F, text: str, origin: str, knowledge: Knowledge) -> F:
    span = re.fullmatch(rf"{re.escape(origin)}:(\d+)-(\d+)", fact.source)
    if span is None:
        return fact
    start, end = gloss(text, knowledge).origin(int(span[1]), int(span[2]))
    return cast(F, fact.model_copy(update={"source": f"{origin}:{start}-{end}"}))
