"""The terms of people's notes on whom a guideline's sentence is for, read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from medrag.knowledge import Knowledge, load
from medrag.knowledge.scoring import Test
from medrag.patient.measures import analytes
from medrag.patient.measures.units import UnitError

Kind = Literal["group", "allergy", "severe allergy", "condition", "takes", "state", "limit", "lasted"]
GROUPS = ("pregnant", "breastfeeding", "female", "male")
FORMS = (
    "pregnant, breastfeeding, female, male, 'age < 18', 'age_months < 6', 'allergy: penicillin', "
    "'severe allergy: penicillin', 'condition: gout flare / acute gout', 'takes: warfarin', 'eGFR < 30', "
    "'potassium > 5.5 mmol/L' or 'state: severe'"
)
DAYS = {"h": 1 / 24, "d": 1.0, "/7": 1.0, "w": 7.0, "/52": 7.0, "m": 30.0, "/12": 30.0, "y": 365.0}
"""Days of a unit of time, by how the unit begins."""
_NAMED = re.compile(r"(allergy|severe allergy|condition|takes|state)\s*:\s*(\S.*)", re.I)
_LIMIT = re.compile(
    r"(?P<name>[\w][^<>=]*?)\s*(?P<how><=|>=|<|>|=|≤|≥)\s*(?P<number>-?\d+(?:\.\d+)?)\s*(?P<unit>[^<>=\s].*)?"
)
_LASTED = re.compile(
    r"(?:symptoms?\s+(?:for\s+)?(?P<how>over|more than|under|less than|at least|at most)?|(?P<within>within))"
    r"\s*(?P<n>\d+(?:\.\d+)?)\s*"
    r"(?P<unit>hours?|days?|weeks?|months?|years?)(?:\s+or\s+(?P<after>more|longer|less))?",
    re.I,
)
_HOWS = {"over": ">", "more than": ">", "under": "<", "less than": "<", "at least": ">=", "at most": "<="}
_UNITS = {
    r"°\s?C": "Cel",
    r"micrograms?|mcg": "ug",
    r"nanograms?": "ng",
    r"milligrams?": "mg",
    r"cells?\s?(?:/|per )\s?microlit(?:re|er)": "/ul",
    r"percent|% predicted": "%",
    r"\s?/\s?1\.73 ?m2": "",
}
"""What people write of a unit where the vocabulary has a code for it."""
_SIGNS = {"≤": "<=", "≥": ">="}


@dataclass(frozen=True, slots=True)
class Term:
    """A term: its kind, its words (of synonyms each), and the test of a limit."""

    kind: Kind
    written: str
    words: tuple[str, ...] = ()
    test: Test | None = None


def check(term: str) -> None:
    """Raises ValueError, with the forms there are, for a term of none of them.

    Alternatives stand between bars, what must hold together between ``&``.
    """
    for alternative in alternatives(term):
        for each in parts(alternative):
            term_of(each, load())


def alternatives(requirement: str) -> tuple[str, ...]:
    """The alternatives of a requirement, which stand between bars."""
    return tuple(each.strip() for each in requirement.split(" | "))


def parts(alternative: str) -> tuple[str, ...]:
    """What must hold together in an alternative, between ``&``."""
    return tuple(each.strip() for each in alternative.split(" & "))


@lru_cache(maxsize=8192)
def term_of(term: str, knowledge: Knowledge) -> Term:
    """The term; raises ValueError where it has no known form."""
    written = " ".join(term.split())
    if written.lower() in GROUPS:
        return Term("group", written, (written.lower(),))
    if named := _NAMED.fullmatch(written):
        return _of_words(written, named[1].lower(), named[2])
    if limit := _LIMIT.fullmatch(written):
        return _of_limit(written, limit, knowledge)
    raise ValueError(f"'{written}' is no term that says whom a sentence is for: write {FORMS}")


def _of_words(written: str, kind: str, words: str) -> Term:
    if kind == "state" and (lasted := _LASTED.fullmatch(words)):
        how = {"less": "<=", "more": ">=", "longer": ">="}.get((lasted["after"] or "").lower())
        sign = "<=" if lasted["within"] else how or _HOWS.get((lasted["how"] or "at least").lower(), ">=")
        return Term("lasted", written, test=_duration(sign, lasted["n"], lasted["unit"]))
    synonyms = tuple(each.strip() for each in words.split(" / ") if each.strip())
    if not synonyms:
        raise ValueError(f"'{written}' names nothing behind '{kind}:'")
    known: dict[str, Kind] = {
        "allergy": "allergy",
        "severe allergy": "severe allergy",
        "condition": "condition",
        "takes": "takes",
        "state": "state",
    }
    return Term(known[kind], written, synonyms)


def _of_limit(written: str, match: re.Match[str], knowledge: Knowledge) -> Term:
    name, unit = match["name"].strip(), (match["unit"] or "").strip()
    how = _SIGNS.get(match["how"], match["how"])
    if name.lower() in ("age", "age_months"):
        if unit:
            raise ValueError(f"'{written}': age stands without a unit, in years, and age_months in months")
        return Term("limit", written, (name,), Test(key=name.lower(), how=how, limit=float(match["number"])))
    if name.lower() in ("duration", "symptoms"):
        if not unit or unit[0].lower() not in DAYS:
            raise ValueError(f"'{written}': a duration needs hours, days, weeks, months or years")
        return Term("lasted", written, test=_duration(how, match["number"], unit))
    key = measurement(name, knowledge)
    if key is None:
        return Term("limit", written, (name,), Test(key="", how=how, limit=float(match["number"])))
    value = float(match["number"])
    if key in knowledge.measurements and unit:
        try:
            value = analytes.in_unit(knowledge.measurements[key], value, _plain(unit))
        except UnitError as error:
            raise ValueError(f"'{written}': {error}") from error
    return Term("limit", written, (name,), Test(key=key, how=how, limit=value))


def _plain(unit: str) -> str:
    for written, code in _UNITS.items():
        unit = re.sub(written, code, unit)
    return unit


def _duration(how: str, number: str, unit: str) -> Test:
    return Test(key="days", how=how, limit=float(number) * DAYS[unit[0].lower()])


def measurement(name: str, knowledge: Knowledge) -> str | None:
    """The measurement or calculator that goes by ``name``."""
    for key, names in knowledge.threshold_names.items():
        if any(re.fullmatch(each, name, re.I) for each in names):
            return key
    return analytes.named(name, knowledge)
