"""Tables by day: a column of days and one for each measurement, a row for each day."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medrag.patient.formats.note.tables.cells import DAY, IN_UNIT, PAIR, PRESSURES, RULE, VALUE
from medrag.reading.matcher import Matcher, tokens
from medrag.reading.quantities import Quantity, number

_DAYS = re.compile(
    r"(?:date|day|when|taken|collected|sampled)(?: (?:of|taken|collected|sample|test|and time))*", re.IGNORECASE
)
"""The head of a column of days, whose table has a column for each measurement."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column of a table by day is of, its name and its unit."""

    key: str
    name: str
    unit: str | None


def split(line: str) -> list[tuple[str, int]]:
    """A line's cells with their places, empty ones too: between bars, tabs, commas, wide gaps or else blanks."""
    held = line.strip().strip("|")
    start = line.index(held)
    by = next((each for each in (r"\|", r"\t", r"[ ]{2,}", r",|;") if re.search(each, held)), r"\s")
    edges = [(0, 0), *(match.span() for match in re.finditer(by, held)), (len(held), len(held))]
    cells = [(held[a:b], start + a) for (_, a), (b, _) in itertools.pairwise(edges)]
    return [(said.strip(), place + len(said) - len(said.lstrip())) for said, place in cells]


def kinds_of(line: str, names: Matcher[str]) -> list[Kind]:
    """What each column after that of the days is of, where the line heads such a table; "" of what is not known."""
    if not _DAYS.match(line.strip(" \t|*")):
        return []
    (head, _), *rest = split(line)
    if not _DAYS.fullmatch(head.strip("* :")):
        return []
    if any(said[:1].isdigit() for said, _ in rest):
        return []
    made = []
    for said, _ in rest:
        match = next(names.find(said, tokens(said)), None)
        opens = match is not None and not said[: match.start].strip("*")
        unit = IN_UNIT.search(said, match.end if match else 0)
        made.append(Kind(match.values[0] if match and opens else "", said, unit[0] if unit else None))
    known = all if re.fullmatch(r"\S+(?: \S+)*", line.strip()) and not re.search(r"[|,;]", line) else any
    return made if known(each.key or PRESSURES.fullmatch(each.name) for each in made) else []


def of_one_day(line: str, start: int, kinds: Sequence[Kind]) -> Iterator[Quantity]:
    """The values of a day's row, whose cells are all there; of one that lacks some, none can be told apart."""
    (day, _), *rest = split(line)
    if len(rest) != len(kinds) or not DAY.fullmatch(day):
        return
    for kind, (said, place) in zip(kinds, rest, strict=True):
        if PRESSURES.fullmatch(kind.name) and (pair := PAIR.fullmatch(said)):
            span = start + place, start + place + len(said)
            yield Quantity("systolic", *span, float(pair[1]), "mm[Hg]", date=day)
            yield Quantity("diastolic", *span, float(pair[2]), "mm[Hg]", date=day)
        value = VALUE.match(said)
        if not (kind.key and value):
            continue
        own = IN_UNIT.fullmatch(said[value.end() :].strip())
        if own or value.end() == len(said):
            yield Quantity(
                key=kind.key,
                start=start + place,
                end=start + place + len(said),
                value=number(value["value"]),
                unit=own[0] if own else kind.unit,
                bound=value["bound"],
                date=day,
                name=kind.name,
            )


def has_unread_rows(text: str, names: Matcher[str]) -> bool:
    """Whether a row of such a table lacks cells, so that its values cannot be given to their columns."""
    kinds: list[Kind] = []
    for line in text.splitlines():
        if not line.strip():
            kinds = []
        elif by_day := kinds_of(line, names):
            kinds = by_day
        elif kinds and not RULE.fullmatch(line):
            (day, _), *rest = split(line)
            if DAY.match(day) and (len(rest) != len(kinds) or not DAY.fullmatch(day)):
                return True
    return False
