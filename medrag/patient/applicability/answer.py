"""What is known of a term: that it holds of the patient, that it does not, or neither; and what tells so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it holds (None: open), and the words of the patient that tell."""

    met: bool | None
    fact: str = ""


OPEN = Answer(None)


def any_of(answers: Iterable[Answer]) -> Answer:
    """The first that holds; open where one is; else why none does."""
    found: list[Answer] = []
    for each in answers:
        if each.met:
            return each
        found.append(each)
    if not found or any(each.met is None for each in found):
        return OPEN
    return Answer(False, ", ".join(dict.fromkeys(each.fact for each in found)))


def all_of(answers: Iterable[Answer]) -> Answer:
    """The first that does not hold; open where one is; else that all hold, and what tells so."""
    found: list[Answer] = []
    for each in answers:
        if each.met is False:
            return each
        found.append(each)
    if not found or any(each.met is None for each in found):
        return OPEN
    return Answer(True, ", ".join(dict.fromkeys(each.fact for each in found if each.fact)))
