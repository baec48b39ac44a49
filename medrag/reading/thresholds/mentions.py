"""Where a text sets a limit: what is limited, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from medrag.knowledge import Knowledge
from medrag.knowledge.scoring import Test

Limits = tuple[tuple[Test, ...], ...]
"""Alternatives of tests that must hold together; empty where nothing is limited."""

_NUMBER = r"(?<![\d.])-?\d+(?:\.\d+)?"
_BEFORE = {
    "<=": r"<=|\u2264|at most|up to|no (?:more|higher|greater) than|not above|at or below",
    ">=": r">=|\u2265|at least|not below|no (?:less|lower) than|at or above|from",
    "<": r"<|below|under|(?:less|lower|younger|fewer|shorter|lighter) than",
    ">": r">|above|over|(?:more|greater|higher|older|longer|heavier) than|exceed(?:s|ed|ing)?|"
    r"pass(?:es|ed|ing)?|beyond",
}
_AFTER = {
    ">=": r"(?:or|and) (?:more|over|above|higher|greater|older|better|upwards)",
    "<=": r"(?:or|and) (?:less|lower|below|under|younger|fewer)",
}
_LINK = (
    r"(?:\s*(?:,|\(|:))?\s*"
    r"(?:(?:is|of|at|was|stays?|remains?|falls?|fallen|rises?|risen|drops?|dropped|climbs?|comes?|come|goes|gone|gets?|has|have|been|"
    r"lies|still|back|down|again|found|level|score|value|count|that|are|which)"
    r"\s+){0,4}"
)
_UNIT = (
    r"(?:\s?(?:%|percent|mm ?Hg|m[lL]/min(?:ute)?(?:/1\.73 ?m2)?|kg/m2|kg|mg/dL|mg/L|[mu]mol/L|micromol/L|mEq/L|mg/g|"
    r"mmol/mol|mg/mmol|g/dL|g/L|micrograms?/L|ug/L|ng/mL|m?I?U/L|beats(?:/| per )min(?:ute)?|bpm|"
    r"(?:cells )?per microlitre|cells/(?:uL|microlitre)|"
    r"x ?10\^9/L|ms\b|C\b|years?(?: old)?|months?|(?:of )?predicted))*"
)
_FACTORS = {
    "cells per microlitre": "/ul",
    "per microlitre": "/ul",
    "cells/microlitre": "/ul",
    "cells/ul": "/ul",
    "percent": "%",
    "micrograms/l": "ug/l",
}
_AMOUNTS = {"mmol/l": 0.1, "umol/l": 0.0001, "micromol/l": 0.0001}
"""What turns g/mol into mg/dL for one of each."""
_OTHER_UNIT = re.compile(r"\s?[^\s\d,.;()]+/[a-zA-Z]")
_VALUE = (
    rf"(?:(?:between )?(?P<first>{_NUMBER}){_UNIT} (?:to|and) (?P<below>below )?(?P<last>{_NUMBER})(?!\s?mg)"
    rf"|(?P<either>\d) or (?P<other>\d)(?!\.?\d)"
    rf"|(?:(?P<how>{'|'.join(_BEFORE.values())}) ?)?(?P<value>{_NUMBER})(?:/(?P<second>\d+))?)"
    rf"(?P<unit>{_UNIT})(?:,? (?P<after>{'|'.join(_AFTER.values())})(?! (?:the|an?|its)\b))?"
)
_PEOPLE = r"(?:people|adults?|children|infants?|patients?|persons?|women|men|adolescents?|those)"
_AGE = re.compile(
    rf"(?P<who>\b{_PEOPLE}(?: who are)?)?\s*(?P<aged>\baged?\b|\b(?:at )?age(?: of)?)?:? ?"
    rf"(?:(?:between )?(?P<first>{_NUMBER})(?P<unit_1> months| years)? (?:to|and) (?P<last>{_NUMBER})"
    rf"|(?P<how>{'|'.join(_BEFORE.values())}) ?(?:about |around |approximately )?(?P<least>{_NUMBER})"
    rf"|(?P<value>{_NUMBER}))(?P<unit> months?| years?)?(?P<old> old| of age)?"
    rf"(?: (?P<after>{'|'.join(_AFTER.values())}))?",
    re.I,
)
_SEX = re.compile(r"\b(?P<sex>women|men)\b[\w\s]{0,12}$", re.I)
_IN_SEX = re.compile(r"\s*in (?P<sex>women|men)\b", re.I)
_AGAIN = re.compile(rf"\s*or (?P<how>{'|'.join(_BEFORE.values())}) ?(?P<value>{_NUMBER}) in (?P<sex>women|men)\b", re.I)
_NOTHING_COUNTED = re.compile(r"\s*(?:[,.;]|$|(?:with|who|in|and|should|must|needs?)\b)")
MONTHS = 12.0


@dataclass(frozen=True, slots=True)
class Mention:
    """A limit at ``text[start:end]`` on the input ``key``."""

    start: int
    end: int
    key: str
    limits: Limits


def mentions(text: str, knowledge: Knowledge) -> list[Mention]:
    """Every limit that ``text`` sets, in order."""
    found = [*_values(text, knowledge), *_ages(text)]
    kept: list[Mention] = []
    for each in sorted(found, key=lambda one: (one.start, one.start - one.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def values(text: str, knowledge: Knowledge) -> dict[str, float]:
    """Each input's value where ``text`` gives one and sets no limit; with its unit where others are in use."""
    found: dict[str, float] = {}
    for match in _names(knowledge).finditer(text):
        key = next(name for name in knowledge.threshold_names if match[name] is not None)
        limited = any(match[f"v_{name}"] for name in ("first", "either", "how", "after", "second"))
        scale = _scale(key, match["v_unit"] or "", knowledge)
        measured = knowledge.measurements.get(key)
        share = measured is None and match["v_unit"] == "%"
        unsure = not share if measured is None else (bool(measured.factors) and not match["v_unit"])
        if scale and not (limited or unsure or _OTHER_UNIT.match(text, match.end())):
            found[key] = _scaled(match["v_value"], scale)
    return found


@lru_cache(maxsize=2)
def _names(knowledge: Knowledge) -> re.Pattern[str]:
    groups = (rf"(?P<{key}>{'|'.join(names)})" for key, names in knowledge.threshold_names.items())
    value = re.sub(r"\(\?P<(\w+)>", r"(?P<v_\1>", _VALUE)
    return re.compile(rf"\b(?:{'|'.join(groups)})\b{_LINK}{value}", re.I)


def _values(text: str, knowledge: Knowledge) -> Iterator[Mention]:
    yield from _shares(text, knowledge)
    for match in _names(knowledge).finditer(text):
        key = next(name for name in knowledge.threshold_names if match[name] is not None)
        limits = _limits(key, match, knowledge)
        if not limits:
            continue
        end = match.end()
        if sex := _IN_SEX.match(text, end):
            limits, end = _of_sex(limits, sex["sex"]), sex.end()
            if again := _AGAIN.match(text, end):
                other = ((Test(key=key, how=_how(again["how"]), limit=float(again["value"])),),)
                limits, end = (*limits, *_of_sex(other, again["sex"])), again.end()
        yield Mention(match.start(), end, key, limits)


@lru_cache(maxsize=2)
def _share_names(knowledge: Knowledge) -> re.Pattern[str]:
    """A percentage before its name ("70 to 99% carotid stenosis")."""
    groups = (rf"(?P<{key}>{'|'.join(names)})" for key, names in knowledge.threshold_names.items())
    return re.compile(
        rf"(?:(?P<first>{_NUMBER}) ?%? ?(?:to|-|\u2013) ?(?P<last>{_NUMBER})"
        rf"|(?P<how>{'|'.join(_BEFORE.values())}) ?(?P<value>{_NUMBER})) ?% (?:{'|'.join(groups)})\b",
        re.I,
    )


def _shares(text: str, knowledge: Knowledge) -> Iterator[Mention]:
    for match in _share_names(knowledge).finditer(text) if "%" in text else ():
        key = next(name for name in knowledge.threshold_names if match[name] is not None)
        if match["first"]:
            ends = sorted((float(match["first"]), float(match["last"])))
            tests: tuple[Test, ...] = (Test(key=key, how=">=", limit=ends[0]), Test(key=key, how="<=", limit=ends[1]))
        else:
            tests = (Test(key=key, how=_how(match["how"]), limit=float(match["value"])),)
        yield Mention(match.start(), match.end(), key, (tests,))


def _limits(key: str, match: re.Match[str], knowledge: Knowledge) -> Limits:
    said = {
        name: match[f"v_{name}"]
        for name in ("first", "below", "last", "either", "other", "how", "value", "second", "after")
    }
    if key == "blood_pressure":
        return _pressure(said)
    scale = _scale(key, match["v_unit"] or "", knowledge)
    if scale is None or _OTHER_UNIT.match(match.string, match.end()):
        return ()
    if not match["v_unit"] and said["value"] and (measured := knowledge.measurements.get(key)):
        scale = (measured.bare_factor(float(said["value"])), 0.0)
    if said["first"]:
        least, most = sorted((_scaled(said["first"], scale), _scaled(said["last"], scale)))
        return ((Test(key=key, how=">=", limit=least), Test(key=key, how="<" if said["below"] else "<=", limit=most)),)
    if said["either"]:  # "0 or 1" are the least that a score can be, "3 or 4" the most
        least = said["either"] == "0"
        return ((Test(key=key, how="<=" if least else ">=", limit=float(said["other" if least else "either"] or 0)),),)
    how = _how(said["how"], said["after"])
    return ((Test(key=key, how=how, limit=_scaled(said["value"], scale)),),) if how else ()


def _pressure(said: dict[str, str | None]) -> Limits:
    """Both pressures of "140/90": either is enough above it, both count below."""
    how = _how(said["how"], said["after"])
    if not how or not said["value"] or not said["second"]:
        return ()
    systolic = Test(key="systolic", how=how, limit=float(said["value"]))
    diastolic = Test(key="diastolic", how=how, limit=float(said["second"]))
    return ((systolic,), (diastolic,)) if how.startswith(">") else ((systolic, diastolic),)


def _scale(key: str, unit: str, knowledge: Knowledge) -> tuple[float, float] | None:
    """Factor and addend to the unit that the measurement is kept in; None where they are not known."""
    measured = knowledge.measurements.get(key)
    written = unit.strip().lower()
    written = _FACTORS.get(written, written)
    if measured is None:
        return (1.0, 0.0)
    if written in measured.shifted:
        return measured.shifted[written]
    if written in _AMOUNTS and written not in measured.factors and measured.unit == "mg/dL":
        return (measured.molar_mass * _AMOUNTS[written], 0.0) if measured.molar_mass else None
    return (measured.factors.get(written, 1.0), 0.0)


def _scaled(value: str | None, scale: tuple[float, float]) -> float:
    factor, added = scale
    return float(value or 0) if scale == (1.0, 0.0) else round(float(value or 0) * factor + added, 1)


def _how(before: str | None, after: str | None = None) -> str:
    for how, words in _AFTER.items():
        if after and re.fullmatch(words, after, re.I):
            return how
    return next((how for how, words in _BEFORE.items() if before and re.fullmatch(words, before, re.I)), "")


def _of_sex(limits: Limits, written: str) -> Limits:
    sex = Test(key="sex", how="=", limit="female" if written.lower() == "women" else "male")
    return tuple((*tests, sex) for tests in limits)


def _ages(text: str) -> Iterator[Mention]:
    for match in _AGE.finditer(text):
        if not (match["aged"] or match["old"] or (match["unit"] and (match["who"] or match["after"])) or _bare(match)):
            continue
        tests = _age_tests(match)
        if not tests:
            continue
        limits: Limits = (tests,)
        if sex := _SEX.search(
            text, 0, match.start("aged") if match["aged"] else match.end("who") if match["who"] else 0
        ):
            limits = _of_sex(limits, sex["sex"])
        yield Mention(match.start(), match.end(), "age", limits)


def _bare(match: re.Match[str]) -> bool:
    """Whether it is "people over 65", with nothing behind the number that it could count."""
    return bool(match["who"] and match["least"] and _NOTHING_COUNTED.match(match.string, match.end()))


def _age_tests(match: re.Match[str]) -> tuple[Test, ...]:
    unit = (match["unit"] or " years").strip()
    if match["first"]:
        first_unit = (match["unit_1"] or unit).strip()
        last = _years(str(int(float(match["last"])) + 1), unit)
        return (_age(">=", _years(match["first"], first_unit)), _age("<", last))
    if match["least"]:
        return (_age(_how(match["how"]), _years(match["least"], unit)),)
    how = _how(None, match["after"])
    return (_age(how, _years(match["value"], unit)),) if how else ()


def _age(how: str, years: float) -> Test:
    return Test(key="age", how=how, limit=years)


def _years(written: str, unit: str) -> float:
    return float(written) / MONTHS if unit.startswith("month") else float(written)
