"""Whether one note tells of several patients: headers of two people, or a list of beds and of ages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import combinations

from medrag.patient.formats.note.header.births import births
from medrag.patient.record.demographics import Demographics, differences
from medrag.reading.languages import pattern
from medrag.reading.people.ages import age_and_sex, ages

_said = partial(pattern, "header")
_ENTRY = 120
"""Characters of a list's entry in which a patient stands."""
_BEFORE_AGE = 60
MOST_ENTRIES = 100
"""Entries that are compared with each other."""


def listed_apart(text: str, today: date) -> bool:
    """Whether ``text`` says that it is of several patients, or its lines list them: beds with an age and a sex each, or
    numbers with two of them or with two birth dates.
    """
    numbered = {match["which"].casefold() for match in _said("numbered_patient").finditer(text)}
    if len(numbered) > 1 or _said("more_than_one").search(text):
        return True
    rows = list(_rows(text, today))[:MOST_ENTRIES]
    beds = {place: who for place, who in rows if place}
    return len(beds) > 1 or apart([who for place, who in rows if not place], today)


def _rows(text: str, today: date) -> Iterator[tuple[str, Demographics]]:
    for match in _said("listed_patient").finditer(text):
        line = text[match.end() : match.end() + _ENTRY].split("\n", maxsplit=1)[0]
        if born := births(line, today):
            yield "", Demographics(births=born)
            continue
        first = next(ages(line), None)
        if first is None or first.start > _BEFORE_AGE:
            continue
        if sex := first.sex or age_and_sex(line)[1]:
            yield (match["place"] or "").casefold(), Demographics(age=first.years, sex=sex)


def headers(text: str) -> tuple[str, ...]:
    """The parts of ``text`` that each begin with a line that labels the patient; none where fewer than two do."""
    starts = [match.start() for match in _said("patient_header").finditer(text)][:MOST_ENTRIES]
    if len(starts) < 2:
        return ()
    return tuple(text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True))


def apart(people: list[Demographics], today: date) -> bool:
    """Whether two of them cannot be one person."""
    return any(differences(one, other, today) for one, other in combinations(people, 2))
