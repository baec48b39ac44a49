"""Numbers in a note as observations: vital signs and laboratory values with their units."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from medrag.knowledge import Knowledge
from medrag.knowledge.vocabulary import BareUnit, Measurement
from medrag.patient.formats.note.days import MONTH, Calendar
from medrag.patient.formats.note.header.demographics import patients_names
from medrag.patient.formats.note.sizes import pressures, sizes
from medrag.patient.formats.note.tables.columns import tabled
from medrag.patient.formats.note.tables.rows import has_unread_rows
from medrag.reading.languages import language, pattern
from medrag.reading.matcher import Letters, Match, Matcher, Token, tokens
from medrag.reading.quantities import DATE, Quantity, quantities
from medrag.reading.sections import Sections, sections
from medrag.types import FactStatus, Observation

_VITALS_NEAR = re.compile(r"\b(?:BP|RR|temp|SpO2|sats|reg|irreg|regular|bpm)\b|\bT\s?\d", re.IGNORECASE)
"""What stands beside a pulse that is called "P"."""
LEAST_SATURATION = 50
"""Per cent of oxygen below which the air that is breathed is meant, not the blood."""
_LEVELS = Matcher((("level", Letters.ANY, "level"), ("levels", Letters.ANY, "level")))
_MINUS = re.compile(r"(?<=[\s:=(])[-\u2212\u2013]\s?(?=\d)")
"""The sign of a value that may be below 0, such as a T-score."""
LEVEL_WITHIN = 80
"""Characters of its line before a bare level in which the drug stands that it is of."""
WHOSE_WITHIN = 60
"""Characters before a value in which a relative may stand whose it is."""
_OTHERS = frozenset({"family"})
_IN_BRACKETS = re.compile(r"\([^()\n]*\)")
_OF_A_DAY = re.compile(rf"[\[(]\s?(?P<when>{DATE}),?:?\s+(?=[A-Za-z])[^\[\]()\n]*[\])]", re.IGNORECASE)
"""Brackets that hold values of another day ("(12/03/25 BP 128/76)")."""
_LABELLED = re.compile(
    rf"(?:^[ \t]*+|[.;][ \t]++)(?:(?:labs?|bloods?|results?|path|chem|values)[ \t]+)?(?:on[ \t]"
    rf"|from[ \t])?(?P<when>{DATE}|{MONTH}"
    r"|(?:last|previous|prior) (?:week|month|year|visit|clinic|admission|bloods|labs|results)|baseline|yesterday)"
    r"(?:[ \t]?\([^)\n]{1,20}\))?[ \t]?:(?=(?P<of>[^\n;]{0,400}?)(?:[.;]\s|\n|\Z))",
    re.IGNORECASE | re.MULTILINE,
)
"""A day at the head of a sentence of values."""


@lru_cache(maxsize=4)
def _names(knowledge: Knowledge) -> Matcher[str]:
    known = knowledge.measurements.items()
    names = {name: key for key, each in known for name in each.names}
    names |= {name: key for key, each in known for name in each.charted}
    capital = language().words["measured_capital"]
    return Matcher((name, Letters.CAPITAL if name in capital else Letters.ANY, key) for name, key in names.items())


def measurements(  # noqa: PLR0913 (the text's sections and tokens, where its caller has them)
    text: str,
    origin: str,
    moment: date | datetime | None,
    knowledge: Knowledge,
    parts: Sections | None = None,
    words: Sequence[Token] | None = None,
    today: date | None = None,
) -> Iterator[Observation]:
    """Vital signs and laboratory values; those of relatives, donors and other fluids are left out.

    What a text without a date (``moment``) says of "today" is of ``today``.
    """
    parts, words = parts or sections(text), words or tokens(text)
    calendar, names = Calendar.of(text, moment), _names(knowledge)
    named = list(names.find(text, words))
    tables = tabled(text, names, named)
    prose = [*pressures(text), *sizes(text), *_laboratory(text, named, knowledge), *_levels(text, words, knowledge)]
    found = [*tables.values, *(each for each in prose if not tables.covers(each.start))]
    found = [
        each
        for each in _of_days(text, found, calendar)
        if _is_patients(text, parts, each) and not _of_relative(text, each) and _can_be(each, knowledge)
    ]
    found = _apart(sorted(found, key=lambda each: (each.start, -each.end)))
    for each, status in _standing(found, parts, calendar):
        day = calendar.day(each.date) or moment or (today if each.today else None)
        yield _observation(each, knowledge.measurements[each.key], status, f"{origin}:{each.start}-{each.end}", day)


def has_unread_values(text: str, knowledge: Knowledge) -> bool:
    """Whether a table of the text by day has rows whose values cannot be told apart."""
    return has_unread_rows(text, _names(knowledge))


def _of_days(text: str, found: Sequence[Quantity], calendar: Calendar) -> Iterator[Quantity]:
    """The values, with the day that a label before their sentence gives ("October: K 6.4, Hb 98")."""
    before = [match.span() for match in pattern("quantities", "of_before").finditer(text)]
    labels = [(match.end(), match.end("of"), match["when"]) for match in _LABELLED.finditer(text)]
    labels = sorted([*labels, *((match.end("when"), match.end(), match["when"]) for match in _OF_A_DAY.finditer(text))])
    starts = [start for start, _, _ in labels]
    for each in found:
        place = bisect_right(starts, each.start) - 1
        if any(start < each.start < end for start, end in before):
            yield replace(each, earlier=True)
        elif place < 0 or each.start >= labels[place][1] or each.date or each.today:
            yield each
        elif labels[place][2][0].isdigit() or calendar.day(labels[place][2]):
            yield replace(each, date=labels[place][2])
        else:
            yield replace(each, earlier=True)


def _laboratory(text: str, named: Sequence[Match[str]], knowledge: Knowledge) -> Iterator[Quantity]:
    for each in quantities(text, named):
        if _means_another(text, each, knowledge):
            continue
        if (knowledge.measurements[each.key].low or 0) < 0 and _MINUS.search(text, each.start, each.end):
            yield replace(each, value=-each.value)
        elif _counts(each.name, each):
            in_time = (each.unit or "").casefold() in {"ms", "msec", "seconds", "sec", "secs", "s"}
            yield replace(each, key="rr_interval") if each.key == "respiratory_rate" and in_time else each


def _can_be(each: Quantity, knowledge: Knowledge) -> bool:
    """Whether a number whose unit goes without saying is possible: "repeat K 2200" gives a time."""
    measurement = knowledge.measurements[each.key]
    unsaid = len(measurement.bare) == 1 and measurement.bare[0] == BareUnit(unit=measurement.bare[0].unit)
    return bool(each.unit) or not unsaid or measurement.plausible(each.value)


def _means_another(text: str, each: Quantity, knowledge: Knowledge) -> bool:
    """Whether a letter or two are no name of a measurement here: "P" as plan, "mg" as a unit."""
    if each.name.casefold() == "p":
        return not _VITALS_NEAR.search(text[max(0, each.start - 40) : each.end + 40])
    if each.name.casefold() == "fever":
        return not any(unit.fits(each.value) for unit in knowledge.measurements["temperature"].bare)
    if each.key == "blood_ph":
        return not any(unit.fits(each.value) for unit in knowledge.measurements["blood_ph"].bare)
    if each.name.casefold() == "o2":
        return each.unit != "%" or each.value < LEAST_SATURATION
    return each.name.casefold() == "mg" and (
        each.name != "Mg" or text[max(0, each.start - 3) : each.start].rstrip(" \t")[-1:].isdigit()
    )


def _levels(text: str, words: Sequence[Token], knowledge: Knowledge) -> Iterator[Quantity]:
    """Levels of the drug that their line names before ("Lithium 600 mg nocte, level 0.72 mmol/L")."""
    if "level" not in text.casefold():
        return
    levels = {each.drug: key for key, each in knowledge.measurements.items() if each.drug}
    for each in quantities(text, _LEVELS.find(text, words)):
        line = text[max(0, each.start - LEVEL_WITHIN, text.rfind("\n", 0, each.start) + 1) : each.start]
        named = [
            drug for word in tokens(line) if (name := knowledge.names.get(word.folded)) for drug in name.ingredients
        ]
        if named and named[-1] in levels and not re.search(r"[.;]\s[^.;]*$", line.rpartition(named[-1])[2]):
            yield replace(each, key=levels[named[-1]])


def _counts(said: str, each: Quantity) -> bool:
    folded, words = said.casefold(), language().words
    if (
        folded in words["measured_with_unit"]
        and not each.unit
        and not (folded == "t" and said.isupper() and (30 <= each.value <= 45 or 86 <= each.value <= 110))
    ):
        return False
    if len(said) <= 2 and not said[:1].isupper() and folded not in words["measured_lower"]:
        return False
    return bool(each.unit) or not each.linked_by_comma or each.key == "inr" or folded == "fever"


def _is_patients(text: str, parts: Sections, each: Quantity) -> bool:
    section = parts.at(each.start)
    if section is None:
        return True
    heading = _IN_BRACKETS.sub("", text[section.heading : section.start])
    return section.category not in _OTHERS and not pattern("relatives", "other_fluid").search(heading)


def _of_relative(text: str, each: Quantity) -> bool:
    """Whether the words before it give it to a relative ("Brother's creatinine 400"), who is not the patient."""
    match = pattern("relatives", "whose").search(text[max(0, each.start - WHOSE_WITHIN) : each.start])
    return match is not None and match["kin"].casefold() not in patients_names(text)


def _apart(found: list[Quantity]) -> list[Quantity]:
    """Those that overlap none before; one pattern may give two measurements of the same words."""
    kept: list[Quantity] = []
    for each in found:
        if not kept or each.start >= kept[-1].end or (each.start, each.end) == (kept[-1].start, kept[-1].end):
            kept.append(each)
    return kept


def _standing(found: list[Quantity], parts: Sections, calendar: Calendar) -> Iterator[tuple[Quantity, FactStatus]]:
    """Each value with its status: of several of a kind, those of today or of the results stand, the earlier do not.

    Of those between which nothing decides the last stands: a note is written in the order of time.
    """
    ranks = [_rank(each, parts, calendar) for each in found]
    best: dict[str, tuple[Any, ...]] = {}
    for each, rank in zip(found, ranks, strict=True):
        best[each.key] = max(best.get(each.key, rank), rank)
    last = {each.key: each for each, rank in zip(found, ranks, strict=True) if rank == best[each.key]}
    for each, rank in zip(found, ranks, strict=True):
        stands = rank == best[each.key] and (each.value, each.unit) == (last[each.key].value, last[each.key].unit)
        yield each, FactStatus.ACTIVE if stands else FactStatus.RESOLVED


def _rank(each: Quantity, parts: Sections, calendar: Calendar) -> tuple[bool, date, bool, bool, bool]:
    undated = date.max if each.today else calendar.base or date.max
    return (
        not each.earlier,
        calendar.day(each.date) or undated,
        each.today,
        each.bound is None,
        parts.category(each.start) == "measurements",
    )


def _observation(
    each: Quantity, kind: Measurement, status: FactStatus, source: str, moment: date | datetime | None
) -> Observation:
    bounded = f"{each.bound}{each.value:g}" if each.bound else each.value
    return Observation(
        display=kind.names[0],
        code=kind.loinc[0] if kind.loinc else None,
        system="LOINC" if kind.loinc else None,
        value=bounded,
        unit=each.unit or next((unit.unit for unit in kind.bare if unit.fits(each.value)), None),
        status=status,
        source=source,
        date=moment,
    )
