"""Numbers in a note: vital signs and laboratory values with their units, the patient's age and sex, the note's date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Literal

from medrag.knowledge import load
from medrag.knowledge.names import normalise
from medrag.patient.measures import analytes
from medrag.types import Observation

# Units that go without saying: no other unit of the analyte gives a plausible number.
_IMPLIED = {
    "sodium": "mmol/L",
    "potassium": "mmol/L",
    "chloride": "mmol/L",
    "bicarbonate": "mmol/L",
    "inr": "1",
    "heart_rate": "/min",
    "respiratory_rate": "/min",
    "systolic": "mm[Hg]",
    "diastolic": "mm[Hg]",
    "oxygen_saturation": "%",
}
# Units that a bare number gives away, because the other unit in use would make it impossible: (unit, lowest, highest).
_GIVEN_AWAY = {
    "creatinine": (("mg/dL", 0.2, 15), ("umol/L", 30, 1500)),
    "albumin": (("g/dL", 0.8, 6.5), ("g/L", 8, 65)),
    "calcium": (("mg/dL", 5, 16), ("mmol/L", 1.2, 4)),
    "hemoglobin": (("g/dL", 3, 22), ("g/L", 40, 220)),
    "qt": (("ms", 200, 700),),
}
_SAID = {"weighs": "weight", "weighed": "weight", "weighing": "weight", "rate": "heart_rate"}
_LOWER_CASE = {"wt", "ht", "hr", "rr", "cr", "bp", "qt", "hb"}
_UNITS = (
    r"mg per d(?:eci)?l(?:iter)?|g per d(?:eci)?l(?:iter)?|mmol per l(?:iter)?|[uµμ]mol per l(?:iter)?|"
    r"meq per l(?:iter)?|g per l(?:iter)?|"
    r"mg/dl|g/dl|gm/dl|mg/l|g/l|[uµμ]mol/l|micromol/l|mmol/l|meq/l|ng/ml|[uµμ]g/dl|mcg/dl|k/[uµμ]l|"
    r"x?\s?10\^?[39]/[uµμ]?l|/[uµμ]l|/mm\^?3|"
    r"kgs?|lbs?|pounds|kilograms?|grams|cms?|centimet(?:er|re)s|met(?:er|re)s|m|inches|in|ft|mmhg|mm\s?hg|bpm|"
    r"beats per minute|/min|msec|ms|seconds|secs?|s|"
    r"°\s?[cf]|deg(?:rees)?\s?[cf]|[cf]|%|kg/m\^?[2²]|ml/min(?:/1\.73\s?m\^?[2²]?)?"
)
_NUMBER = r"(?>(?:\d{1,3}(?:,\d{3})+|\d{1,7})(?:\.\d+)?)"
_LINK = (
    r"is|was|are|were|has been|had been|remains|remained|rose|risen|increased|decreased|fell|elevated|low|high|stable|"
    r"approximately|about|around|found|measured|reported|noted|recorded|to be|now|currently|only|of|at|to|as"
)
_PRESSURE = re.compile(
    r"\b(?:bp|blood pressure)\b\s*(?:is|was|of|:|=)?\s*(?P<s>\d{2,3})\s*/\s*(?P<d>\d{2,3})(?:\s*mm\s?hg)?", re.I
)
# 5'10", 6 feet 1 inch, 5 ft 4: a height where it is labelled, called tall, or written with both marks.
_FEET = re.compile(
    r"(?P<label>\b(?:height|ht)\b\s*(?:is|was|of|:|=)?\s*)?(?<!\d)(?P<ft>[3-7])\s*(?P<mark>['’′]|-?\s*(?:ft|feet|foot)\b\.?)"
    r"(?:[\s,-]*(?:and\s+)?(?P<inch>\d{1,2}(?:\.\d+)?)\s*(?P<inches>\"|”|″|''|-?in(?:ch(?:es)?)?\b)?)?"
    r"(?P<tall>\s*(?:tall|in height))?",
    re.I,
)
_TALL = re.compile(
    r"(?<![\d.])(?P<value>\d{1,3}(?:\.\d+)?)\s*-?(?P<unit>cm|m|inches|in)[\s-]*(?:tall|in height)\b"
    r"|\blength\s*(?:is|was|of|:|=)?\s*(?P<length>\d{2,3}(?:\.\d+)?)\s*cm\b",
    re.I,
)
_HEAVY = re.compile(
    r"(?<![\d.])(?P<value>\d{1,3}(?:\.\d+)?)[\s-]*(?P<unit>kg|kilograms?|lbs?|pounds?)[\s-]+"
    r"(?:man|woman|male|female|patient|boy|girl|infant|child|in weight)\b"
    r"|\b(?:man|woman|male|female|[MF])\s*[,(]\s*(?P<value2>\d{1,3}(?:\.\d+)?)\s*(?P<unit2>kg|lbs?)\b(?!\s*/)",
    re.I,
)
_PAIR = re.compile(
    r"(?<![\d.])(?P<kg>\d{1,3}(?:\.\d+)?)\s*kg\s*(?:,|/|;|and)\s*(?P<cm>\d{2,3}(?:\.\d+)?)\s*cm\b"
    r"|(?<![\d.])(?P<cm2>\d{2,3}(?:\.\d+)?)\s*cm\s*(?:,|/|;|and)\s*(?P<kg2>\d{1,3}(?:\.\d+)?)\s*kg\b",
    re.I,
)
_AGE = re.compile(
    r"\b(?P<age>\d{1,3})[\s-]*(?:years?|yrs?|y)[\s.-]*(?:old|o)?\b\.?|\bage[:\s]+(?P<age2>\d{1,3})\b|"
    r"\baged (?P<aged>\d{1,3})\b|"
    r"(?-i:(?<![\w.])(?P<short>\d{2,3})\s?(?=[FM]\b,?\s+(?:with|who|h/o|presents|admitted|on|w/)))|"
    r"\b(?P<months>\d{1,2})[\s-]*months?[\s-]*old\b|"
    r"\b(?P<young>\d{1,3}|one|two|three|four|five|six|seven)[\s-]*(?P<span>days?|weeks?)[\s-]*old\b",
    re.I,
)
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven")
_SEX = re.compile(
    r"\b(?P<f>(?i:female|woman|lady|girl|primigravida|multigravida)|(?<![\d.] )F)\b"
    r"|\b(?P<m>(?i:male|man|gentleman|boy)|(?<![\d.] )M)\b"
)
_TITLE = re.compile(r"\b(?:(?P<f>Mrs|Ms|Miss)|(?P<m>Mr))\b\.?\s+[A-Z]")
_PRONOUN = re.compile(r"\b(?:she|her|he|his|him)\b", re.I)
_LABELLED_SEX = re.compile(r"\b(?:sex|gender)\s*[:=]\s*(?P<sex>female|male|f|m)\b", re.I)
_DATE = re.compile(r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b|\b(?P<us>\d{1,2}/\d{1,2}/\d{4})\b")
_DATED = re.compile(
    r"\b(?:date(?: of (?:visit|service|note|admission|exam))?|visit date|seen on|note date|dos|dictated|admitted|"
    r"admission date)\s*:?\s*",
    re.I,
)


@cache
def _measured() -> re.Pattern[str]:
    names = {_name(each) for analyte in load().measurements.values() for each in analyte.names} | _SAID.keys()
    ordered = sorted(names, key=len, reverse=True)
    return re.compile(
        rf"(?<![\w-])(?P<name>{'|'.join(ordered)})(?![\w-])(?:\s*\([^)\n]{{1,20}}\))?"
        r"(?:\s+(?:levels?|count|concentration|value|interval))?"
        rf"(?P<link>(?:\s*(?:\b(?:{_LINK})\b|[:=,-])){{0,6}})(?:\s*\bfrom\s+{_NUMBER}\s*(?:{_UNITS})?\s*to\b)?\s*"
        rf"(?P<cmp>[<>])?\s*(?P<value>{_NUMBER})\s*-?(?P<unit>(?:{_UNITS})(?![\w/^]))?(?!\s*(?:/\s*\d|\d|mg\b))",
        re.I,
    )


def _name(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in words.split())


def measurements(text: str, origin: str, moment: date | None, skip: list[tuple[int, int]]) -> Iterator[Observation]:
    """Vital signs and laboratory values. ``skip`` are spans that are about someone else."""
    taken: list[tuple[int, int]] = list(skip)
    for match in _PRESSURE.finditer(text):
        if _free(match, taken):
            for key, group in (("systolic", "s"), ("diastolic", "d")):
                yield _observation(key, float(match[group]), "mm[Hg]", _source(origin, match), moment)
    for key, value, unit, match in _sizes(text):
        if _free(match, taken):
            yield _observation(key, value, unit, _source(origin, match), moment)
    for match in _measured().finditer(text):
        if _is_measurement(match) and _free(match, taken):
            key = _key(match)
            digits = match["value"].replace(",", "")
            number = float(digits)
            value = f"{match['cmp']}{digits}" if match["cmp"] else number
            yield _observation(key, value, match["unit"] or _implied(key, number), _source(origin, match), moment)


def _sizes(text: str) -> Iterator[tuple[str, float | str, str, re.Match[str]]]:
    """Heights and weights that no label introduces, or that are in feet."""
    for match in _FEET.finditer(text):
        marked = match["inch"] and match["inches"] and match["mark"] in "'’′"
        if match["label"] or match["tall"] or marked:
            yield "height", round((12 * int(match["ft"]) + float(match["inch"] or 0)) * 2.54, 1), "cm", match
    for match in _TALL.finditer(text):
        yield "height", float(match["value"] or match["length"]), match["unit"] or "cm", match
    for match in _HEAVY.finditer(text):
        yield "weight", float(match["value"] or match["value2"]), match["unit"] or match["unit2"], match
    for match in _PAIR.finditer(text):
        yield "weight", float(match["kg"] or match["kg2"]), "kg", match


def _is_measurement(match: re.Match[str]) -> bool:
    name, folded = match["name"], match["name"].casefold()
    if folded in {"t", "rate"} and not match["unit"]:
        return False
    if len(name) <= 2 and not name[0].isupper() and folded not in _LOWER_CASE:
        return False
    return bool(match["unit"]) or "," not in match["link"] or folded.endswith("inr")


def _implied(key: str, number: float) -> str | None:
    """The unit that goes without saying, if there is one."""
    if key in _IMPLIED:
        return _IMPLIED[key]
    return next((unit for unit, low, high in _GIVEN_AWAY.get(key, ()) if low <= number <= high), None)


def _key(match: re.Match[str]) -> str:
    folded = " ".join(match["name"].casefold().split())
    key = _SAID.get(folded) or load().lab_names[normalise(folded)]
    in_time = (match["unit"] or "").casefold() in {"ms", "msec", "seconds", "sec", "secs", "s"}
    return "rr_interval" if key == "respiratory_rate" and in_time else key


def _source(origin: str, match: re.Match[str]) -> str:
    return f"{origin}:{match.start()}-{match.end()}"


def _free(match: re.Match[str], taken: list[tuple[int, int]]) -> bool:
    if any(start < match.end() and match.start() < end for start, end in taken):
        return False
    taken.append(match.span())
    return True


def _observation(key: str, value: float | str, unit: str | None, source: str, moment: date | None) -> Observation:
    analyte = analytes.measurement(key)
    return Observation(
        display=analyte.names[0],
        code=analyte.loinc[0] if analyte.loinc else None,
        system="LOINC" if analyte.loinc else None,
        value=value,
        unit=unit,
        source=source,
        date=moment,
    )


def age_and_sex(text: str) -> tuple[float | None, Literal["female", "male"] | None]:
    """The patient's age and sex where the note introduces the patient ("65-year-old woman", "Sex: F")."""
    age: float | None = None
    window = text[:200]
    if match := next((m for m in _AGE.finditer(text[:3000]) if _introduces(m, text)), None):
        age = _years(match)
        window = text[match.end() : match.end() + 60]
    labelled = _LABELLED_SEX.search(text[:3000])
    if labelled:
        return age, "female" if labelled["sex"].casefold().startswith("f") else "male"
    sexed = _SEX.search(window) if age is not None else None
    if sexed is None and age is not None:
        sexed = _TITLE.search(text[:3000])
    if sexed is None:
        return age, _by_pronoun(text[:3000]) if age is not None else None
    return age, "female" if sexed["f"] else "male"


def _by_pronoun(text: str) -> Literal["female", "male"] | None:
    """The sex of the only pronoun in use; a note that speaks of a he and a she tells nothing."""
    used = {match.group().casefold() for match in _PRONOUN.finditer(text)}
    female, male = bool(used & {"she", "her"}), bool(used & {"he", "his", "him"})
    return None if female == male else "female" if female else "male"


def _years(match: re.Match[str]) -> float | None:
    if match["young"]:
        count = int(match["young"]) if match["young"].isdigit() else 1 + _COUNTS.index(match["young"].casefold())
        return round(count / (365.25 if match["span"].casefold().startswith("d") else 52.2), 2)
    stated = match["age"] or match["age2"] or match["short"] or match["aged"]
    years = float(match["months"]) / 12 if match["months"] else float(stated)
    return round(years, 2) if years <= 130 else None


def _introduces(match: re.Match[str], text: str) -> bool:
    """Not "for 10 years", "at age 50" or a relative's age."""
    if match["age2"]:
        return not re.search(
            r"\b(?:at|died|by|from|mother|father|brother|sister)\W*$", text[: match.start()].casefold()[-12:]
        )
    return (
        bool(match["months"] or match["young"] or match["short"] or match["aged"])
        or bool(re.search(r"old|yo\b|y/o|y\.o|yr?o", match.group(), re.I))
        or bool(re.match(r"[\s,-]*(?:old|male|female|man|woman|m\b|f\b|/o)", text[match.end() :], re.I))
    )


def note_date(text: str) -> date | None:
    """The note's own date: the one its header gives."""
    head = text[:600]
    labelled = next((found for m in _DATED.finditer(head) if (found := _DATE.match(head, m.end()))), None)
    first = labelled or _DATE.match(text.lstrip())
    if first is None:
        return None
    try:
        if first["iso"]:
            return date.fromisoformat(first["iso"])
        return datetime.strptime(first["us"], "%m/%d/%Y").date()
    except ValueError:
        return None
