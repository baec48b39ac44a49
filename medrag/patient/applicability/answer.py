"""What is known of a term: that it holds of the patient, that it does not, or neither; and what tells so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it holds (None: open), and the words of the patient that tell."""

    met: bool | None
    fact: str = ""
    unread: bool = False
    """Nothing is known of the words, or of what they say beyond the patient's, nor did the patient's say them."""


OPEN = Answer(None)
UNREAD = Answer(None, unread=True)
PAIR = 2
"""A name and its synonym."""


def any_of(answers: Iterable[Answer]) -> Answer:
    """The first that holds; open where one is; else why none does.

    Of two names of one thing the other decides where one is unread ("ear discharge / otorrhoea").
    """
    found: list[Answer] = []
    for each in answers:
        if each.met:
            return each
        found.append(each)
    if len(found) == PAIR:
        found = [each for each in found if not each.unread] or found
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
