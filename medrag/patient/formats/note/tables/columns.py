"""Values in tables and series: a row for each measurement and columns by date, or dates with values after a name."""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from medrag.patient.formats.note.days import MONTH
from medrag.patient.formats.note.tables.cells import DAY, IN_UNIT, PAIR, PRESSURES, RULE, VALUE
from medrag.patient.formats.note.tables.rows import Kind, kinds_of, of_one_day, split
from medrag.reading.dates import MONTHS
from medrag.reading.expressions import Expression
from medrag.reading.matcher import Match, Matcher, Token, tokens
from medrag.reading.quantities import DATE, NUMBER, UNIT, Quantity, number

_GAP = re.compile(r"[ ]{2,}|[\t|]")
_TIME = re.compile(
    r"(?:[01]?\d|2[0-3]):[0-5]\d(?: ?(?:h|hrs?|am|pm))?|(?:[01]\d|2[0-3])[0-5]\d ?(?:h|hrs?)", re.IGNORECASE
)
_MONTH_DAY = re.compile(rf"(?:{'|'.join(MONTHS)})[a-z]{{0,6}}\.? \d{{1,2}}", re.IGNORECASE)
"""A day without its year: such columns are taken in the order of time."""
_RESULT = re.compile(r"results?|values?|today|now|current|latest|most recent", re.IGNORECASE)
_EARLIER = re.compile(r"prev(?:ious)?|prior|last|baseline|earlier", re.IGNORECASE)
_BESIDE = re.compile(r"(?:ref|range|normal|units?|interval|flag)", re.IGNORECASE)
_NOTHING = re.compile(r"[-–—.]{1,4}|pending|n/?a|nil|tbc|awaited|haemolysed|hemolyzed|not (?:done|sent)", re.IGNORECASE)
FEWEST_CELLS = 2
FEWEST_DATES = 2
_SERIES = Expression(
    rf"\s?(?:results?|levels?|readings?)?\s{{0,5}}[:=–-]?\s{{0,5}}"
    rf"(?P<items>(?:(?:{DATE}|{MONTH}|today|now)\s?[:=–-]\s?{NUMBER}(?:\s?(?:{UNIT})(?![\w/^]))?[,;]?\s{{1,12}}){{1,20}}"
    rf"(?:{DATE}|{MONTH}|today|now)\s?[:=–-]\s?{NUMBER}(?![\d/])(?:\s?(?:{UNIT})(?![\w/^]))?)"
)
_TREND = Expression(
    rf"\s?(?:trend|results?|levels?|readings?)?\s?[:=–-]?\s?(?P<items>(?:{NUMBER}\s?\((?:{DATE}|{MONTH}|today|now)\)[,;]?\s{{1,3}}){{1,20}}"
    rf"{NUMBER}\s?\((?:{DATE}|{MONTH}|today|now)\))"
)
"""Values with their days in brackets after a name ("Plt: 8 (2/9), 41 (16/9)")."""
_POINT = re.compile(rf"(?P<value>{NUMBER})\s?\((?P<when>{DATE}|{MONTH}|today|now)\)(?P<unit>)", re.IGNORECASE)
_ITEM = Expression(
    rf"(?P<when>{DATE}|{MONTH}|today|now)\s?[:=–-]\s?(?P<value>{NUMBER})(?:\s?(?P<unit>{UNIT})(?![\w/^]))?"
)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table: its middle and place in the header, of how many cells, and what its values are of."""

    middle: float
    place: int
    date: str | None
    of: int = 0
    earlier: bool = False
    today: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """Quantities, and the spans of the text, in order, that hold nothing else."""

    values: list[Quantity]
    spans: list[tuple[int, int]]

    def covers(self, place: int) -> bool:
        """Whether ``place`` stands in a table or series."""
        at = bisect_right(self.spans, place, key=lambda span: span[0]) - 1
        return at >= 0 and place < self.spans[at][1]


def tabled(text: str, names: Matcher[str], named: Iterable[Match[str]]) -> Read:
    """The values of every table and series in ``text``; ``names`` are measurements', ``named`` where they stand."""
    found = Read([], [])
    columns: list[_Column] = []
    kinds: list[Kind] = []
    start = 0
    for line in text.splitlines(keepends=True):
        cells = list(_cells(text, start, start + len(line)))
        if not line.strip():
            columns, kinds = [], []
        elif by_day := kinds_of(line, names):
            columns, kinds = [], by_day
            found.spans.append((start, start + len(line)))
        elif kinds and (RULE.fullmatch(line) or DAY.match(split(line)[0][0])):
            found.values.extend(of_one_day(line, start, kinds))
            found.spans.append((start, start + len(line)))
        elif header := _columns(text, cells):
            columns = header
            found.spans.append((start, start + len(line)))
        elif columns and not RULE.fullmatch(line) and (row := _row(text, cells, columns, names)):
            found.values.extend(row)
            found.spans.append((start, start + len(line)))
        start += len(line)
    for each in _series(text, named):
        if not found.covers(each.start):
            found.values.append(each)
            insort(found.spans, (each.start, each.end))
    return found


def _cells(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of a line's cells, without the blanks around them; empty ones are none."""
    gaps = [*(match.span() for match in _GAP.finditer(text, start, end)), (end, end)]
    for gap, after in gaps:
        held = text[start:gap]
        if said := held.strip():
            begin = start + len(held) - len(held.lstrip())
            yield begin, begin + len(said)
        start = after


def _columns(text: str, cells: Sequence[tuple[int, int]]) -> list[_Column]:
    """The columns of values, where the cells are a table's header."""
    if len(cells) < FEWEST_CELLS:
        return []
    made: list[_Column] = []
    times: list[_Column] = []
    beside = False
    line = text.rfind("\n", 0, cells[0][0]) + 1
    for place, (start, end) in enumerate(cells):
        said = text[start:end].strip(" *:")
        middle = (start + end) / 2 - line
        if DAY.fullmatch(said) and not _MONTH_DAY.fullmatch(said):
            made.append(_Column(middle, place, said))
        elif _TIME.fullmatch(said) or _MONTH_DAY.fullmatch(said):
            times.append(_Column(middle, place, None, earlier=True))
        elif _RESULT.fullmatch(said):
            made.append(_Column(middle, place, None, today=not said.casefold().startswith(("result", "value"))))
        elif _EARLIER.match(said) and len(said.split()) <= 2:
            made.append(_Column(middle, place, None, earlier=True))
        beside = beside or _BESIDE.match(said) is not None
    if len(times) >= FEWEST_DATES and not made:
        return [*times[:-1], replace(times[-1], earlier=False)]
    dated = sum(each.date is not None for each in made)
    made = [replace(each, of=len(cells)) for each in made]
    return made if dated >= FEWEST_DATES or (made and beside) else []


def _row(
    text: str, cells: Sequence[tuple[int, int]], columns: Sequence[_Column], names: Matcher[str]
) -> list[Quantity]:
    """The values of a row whose first cell begins with the name of a measurement."""
    if len(cells) < 2:
        return []
    first = text[cells[0][0] : cells[0][1]]
    if PRESSURES.fullmatch(first):
        return list(_pressures(text, cells, columns))
    said: list[Token] = tokens(first)
    match = next(names.find(first, said), None)
    if match is None or match.first > 1:
        return []
    line = text.rfind("\n", 0, cells[0][0]) + 1
    unit = IN_UNIT.search(text, cells[0][0] + match.end, cells[-1][1])
    made = []
    for column, (start, end) in _beneath(text, cells, columns, line):
        value = VALUE.match(text, start, end)
        if value is None:
            continue
        own = IN_UNIT.search(text, value.end("value"), end)
        made.append(
            Quantity(
                key=match.values[0],
                start=start,
                end=end,
                value=number(value["value"]),
                unit=(own or unit)[0] if own or unit else None,  # type: ignore[index]
                bound=value["bound"],
                earlier=column.earlier,
                today=column.today,
                date=column.date,
                name=first[match.start : match.end],
            )
        )
    return made


def _pressures(text: str, cells: Sequence[tuple[int, int]], columns: Sequence[_Column]) -> Iterator[Quantity]:
    """The two pressures of each cell of a row of blood pressures, whose cells are all there."""
    pairs = [(cell, pair) for cell in cells[1:] if (pair := PAIR.fullmatch(text, *cell))]
    if len(pairs) != len(columns):
        return
    for column, ((start, end), pair) in zip(columns, pairs, strict=True):
        for key, group in (("systolic", 1), ("diastolic", 2)):
            made = Quantity(key, start, end, float(pair[group]), "mm[Hg]", earlier=column.earlier, today=column.today)
            yield replace(made, date=column.date)


def _beneath(
    text: str, cells: Sequence[tuple[int, int]], columns: Sequence[_Column], line: int
) -> Iterator[tuple[_Column, tuple[int, int]]]:
    """Each column with the cell under it: by their order where the last cells are all values, else by their places."""
    if len(cells) == columns[0].of:
        yield from ((each, cells[each.place]) for each in columns)
        return
    last = cells[-len(columns) :]
    values = len(cells) > len(columns) and all(_is_value(text[start:end]) for start, end in last)
    if values and columns[-1].place - columns[0].place == len(columns) - 1 and _at_end(columns, cells):
        yield from zip(columns, last, strict=True)
        return
    if "|" in text[line : cells[-1][1]] or "\t" in text[line : cells[-1][1]]:
        yield from ((each, cells[each.place]) for each in columns if each.place < len(cells))
        return
    for start, end in cells[1:]:
        middle = (start + end) / 2 - line
        nearest = min(columns, key=lambda each: abs(each.middle - middle))
        if _is_value(text[start:end]) and abs(nearest.middle - middle) <= end - start + 4:
            yield nearest, (start, end)


def _at_end(columns: Sequence[_Column], cells: Sequence[tuple[int, int]]) -> bool:
    return all(each.date is not None for each in columns) or columns[-1].place >= len(cells) - 1


def _is_value(said: str) -> bool:
    return _NOTHING.fullmatch(said) is not None or VALUE.fullmatch(said) is not None


def _series(text: str, named: Iterable[Match[str]]) -> Iterator[Quantity]:
    """Dates with values after a name: "INRs 6/10: 2.4  27/10: 2.7  today: 2.2", or values with dates."""
    for match in named:
        dates_first = _SERIES.match(text, match.end)
        run = dates_first or _TREND.match(text, match.end)
        if run is None:
            continue
        for item in (_ITEM if dates_first else _POINT).finditer(text, run.start("items"), run.end("items")):
            now = item["when"].casefold() in {"today", "now"}
            unit = item["unit"] or None
            made = Quantity(match.values[0], item.start(), item.end(), number(item["value"]), unit, today=now)
            yield replace(made, date=None if now else item["when"], name=text[match.start : match.end])
