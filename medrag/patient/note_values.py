"""Numbers in a note: vital signs and laboratory values with their units, the patient's age and sex, the note's date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Literal

from medrag.patient.analytes import ANALYTES
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
# Values that are possible in each unit in use, so far apart that a bare number tells its unit (or none does).
_POSSIBLE: dict[str, tuple[tuple[str, float, float], ...]] = {
    "creatinine": (("mg/dL", 0.2, 14), ("umol/L", 18, 1500)),
    "glucose": (("mmol/L", 1.5, 35), ("mg/dL", 40, 900)),
    "calcium": (("mmol/L", 1.2, 4), ("mg/dL", 5, 16)),
    "albumin": (("g/dL", 1, 6), ("g/L", 10, 60)),
}
_UNITS = (
    r"mg/dl|g/dl|gm/dl|mg/l|g/l|[uµμ]mol/l|micromol/l|mmol/l|meq/l|ng/ml|[uµμ]g/dl|mcg/dl|k/[uµμ]l|"
    r"x?\s?10\^?[39]/[uµμ]?l|/[uµμ]l|/mm\^?3|"
    r"kgs?|lbs?|pounds|kilograms?|grams|cms?|centimet(?:er|re)s|met(?:er|re)s|m|inches|in|ft|mmhg|mm\s?hg|bpm|"
    r"beats per minute|/min|msec|ms|seconds|"
    r"°\s?[cf]|deg(?:rees)?\s?[cf]|[cf]|%|kg/m\^?[2²]|ml/min(?:/1\.73\s?m\^?[2²]?)?"
)
_NUMBER = r"(?>(?:\d{1,3}(?:,\d{3})+|\d{1,7})(?:\.\d+)?)"
_PRESSURE = re.compile(
    r"\b(?:bp|blood pressure)\b\s*(?:is|was|of|:|=)?\s*(?P<s>\d{2,3})\s*/\s*(?P<d>\d{2,3})(?:\s*mm\s?hg)?", re.I
)
_FEET = re.compile(
    r"(?:(?P<named>\b(?:height|ht)\b)\s*(?:is|was|of|:|=)?\s*)?\b(?P<ft>[3-7])\s*"
    r"(?:'|[’′]|-?\s*(?:ft\b\.?|feet\b|foot\b))"
    r"[\s,]*(?:(?P<inch>\d{1,2}(?:\.\d+)?)(?:\s*(?:\"|''|[”″]|in(?:ches|\.)?(?![\w])))?)?"
    r"(?P<tall>\s*(?:tall|in height))?",
    re.I,
)
_WEIGHS = re.compile(
    r"\bweigh(?:s|ed|ing)?(?:\s+(?:about|approximately|around|in at))?\s+(?P<value>\d{1,3}(?:\.\d+)?)\s*"
    r"(?P<unit>kgs?|kilograms?|lbs?|pounds|grams|g)\b",
    re.I,
)
_TALL = re.compile(
    r"\b(?P<value>\d{1,3}(?:\.\d+)?)\s*-?(?P<unit>cm|centimet(?:er|re)s?|m|met(?:er|re)s?|inches|in)[\s-]+"
    r"(?:tall|in height)\b"
    r"|\blength\s*(?:is|was|of|:|=)?\s*(?P<length>\d{2,3}(?:\.\d+)?)\s*(?P<cm>cm)\b",
    re.I,
)
_RR = re.compile(
    r"\b(?:RR|R-R)\s*(?:interval)?\s*(?:is|was|of|:|=)?\s*(?P<value>\d{1,4}(?:\.\d+)?)\s*(?P<unit>ms(?:ec)?|s(?:ec(?:onds?)?)?)\b"
)
_BEATS = re.compile(r"\b(?P<value>\d{2,3})\s*(?:bpm|beats\s*(?:per|a|/)\s*min(?:ute)?)\b", re.I)
_AGE = re.compile(
    r"\b(?P<age>\d{1,3})[\s-]*(?:years?|yrs?|y)[\s.-]*(?:old|o)?\b\.?|\bage[:\s]+(?P<age2>\d{1,3})\b|"
    r"\b(?P<months>\d{1,2})[\s-]*months?[\s-]*old\b|"
    r"\baged (?P<age3>\d{1,3})\b|"
    r"(?<![\d/.-])\b(?P<age4>\d{1,3})\s?(?-i:[MF])\b(?=\s*(?:with|w/|who|here|presents?|,|\.|$|\())|"
    r"\b(?P<young>\d{1,3}|one|two|three|four|five|six|seven)[\s-]*(?P<span>days?|weeks?)[\s-]*old\b",
    re.I,
)
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven")
_SEX = re.compile(
    r"\b(?P<f>(?i:female|woman|lady|girl|primigravida|multigravida|mrs|ms|miss)|(?<![\d.] )F)\b"
    r"|\b(?P<m>(?i:male|man|gentleman|boy|mr)|(?<![\d.] )M)\b"
)
_TITLE = re.compile(r"\b(?:(?P<f>Mrs|Ms|Miss)|(?P<m>Mr))\b\.?\s+[A-Z]")
_PRONOUN = re.compile(r"\b(?:(?P<f>she|her|herself)|(?P<m>he|his|him|himself))\b", re.I)
_LABELLED_SEX = re.compile(r"\b(?:sex|gender)\s*[:=]\s*(?P<sex>female|male|f|m)\b", re.I)
_DATE = re.compile(r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b|\b(?P<us>\d{1,2}/\d{1,2}/\d{4})\b")
_DATED = re.compile(
    r"\b(?:date(?: of (?:visit|service|note|admission|exam))?|visit date|seen on|note date|dos|dictated|admitted|"
    r"admission date)\s*:?\s*",
    re.I,
)


@cache
def _measured() -> re.Pattern[str]:
    names = {_name(each): key for key, analyte in ANALYTES.items() for each in analyte.names}
    ordered = sorted(names, key=len, reverse=True)
    return re.compile(
        rf"(?<![\w-])(?P<name>{'|'.join(ordered)})(?![\w-])(?:\s*\([^)\n]{{1,20}}\))?\s*(?:level|count)?\s*"
        r"(?:(?:is|was|are|were)?\s*(?:found to be|measured at|measured|measuring|reported as|calculated at|now|of|at)|"
        r"is|was|are|were|:|=|-)?\s*"
        rf"(?P<cmp>[<>])?\s*(?P<value>{_NUMBER})\s*(?P<unit>(?:{_UNITS})(?![\w/^]))?(?!\s*(?:/\s*\d|\d|mg\b))",
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
    for match in _FEET.finditer(text):
        if (match["named"] or match["tall"] or match["inch"]) and _free(match, taken):
            inches = 12 * int(match["ft"]) + float(match["inch"] or 0)
            yield _observation("height", round(inches * 2.54, 1), "cm", _source(origin, match), moment)
    for match in _measured().finditer(text):
        key = _key(match["name"])
        symbol = len(match["name"]) <= 2 and not match["name"][0].isupper()
        if (symbol or match["name"].casefold() == "t") and not match["unit"]:
            continue
        if _free(match, taken):
            number = match["value"].replace(",", "")
            value: float | str = f"{match['cmp']}{number}" if match["cmp"] else float(number)
            unit = match["unit"] or _IMPLIED.get(key) or _only_unit(key, float(number))
            yield _observation(key, value, unit, _source(origin, match), moment)
    yield from _rate_of_interval(text, origin, moment, taken)
    for key, pattern, unit in (("weight", _WEIGHS, None), ("height", _TALL, "cm"), ("heart_rate", _BEATS, "/min")):
        for match in pattern.finditer(text):
            if _free(match, taken):
                found = match.groupdict()
                number = found["value"] or found["length"]
                yield _observation(key, float(number), found.get("unit") or unit, _source(origin, match), moment)


def _rate_of_interval(
    text: str, origin: str, moment: date | None, taken: list[tuple[int, int]]
) -> Iterator[Observation]:
    """The heart rate that an RR interval on the ECG gives (a minute over it)."""
    for match in _RR.finditer(text):
        seconds = float(match["value"]) / (1000 if match["unit"].startswith("m") else 1)
        if 0.15 <= seconds <= 4 and _free(match, taken):
            yield _observation("heart_rate", round(60 / seconds, 2), "/min", _source(origin, match), moment)


def _only_unit(key: str, value: float) -> str | None:
    """The unit of a laboratory value written without one, where only one of those in use gives a possible value."""
    fits = [unit for unit, low, high in _POSSIBLE.get(key, ()) if low <= value <= high]
    return fits[0] if len(fits) == 1 else None


def _key(name: str) -> str:
    folded = " ".join(name.casefold().split())
    return next(key for key, analyte in ANALYTES.items() if folded in analyte.names)


def _source(origin: str, match: re.Match[str]) -> str:
    return f"{origin}:{match.start()}-{match.end()}"


def _free(match: re.Match[str], taken: list[tuple[int, int]]) -> bool:
    if any(start < match.end() and match.start() < end for start, end in taken):
        return False
    taken.append(match.span())
    return True


def _observation(key: str, value: float | str, unit: str | None, source: str, moment: date | None) -> Observation:
    analyte = ANALYTES[key]
    return Observation(
        display=analyte.names[0],
        code=analyte.loinc[0],
        system="LOINC",
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
        window = text[match.end() - (1 if match["age4"] else 0) : match.end() + 60]
    labelled = _LABELLED_SEX.search(text[:3000])
    if labelled:
        return age, "female" if labelled["sex"].casefold().startswith("f") else "male"
    sexed = _SEX.search(window) if age is not None else None
    if sexed is None and age is not None:
        sexed = _TITLE.search(text[:3000])
    if sexed is not None:
        return age, "female" if sexed["f"] else "male"
    return age, _sex_of_pronouns(text) if age is not None else None


def _sex_of_pronouns(text: str) -> Literal["female", "male"] | None:
    """What every pronoun of the note agrees on; relatives and partners make them disagree."""
    said = {match.lastgroup for match in _PRONOUN.finditer(text)}
    return {"f": "female", "m": "male"}[said.pop() or ""] if len(said) == 1 else None  # type: ignore[return-value]


def _years(match: re.Match[str]) -> float | None:
    if match["young"]:
        count = int(match["young"]) if match["young"].isdigit() else 1 + _COUNTS.index(match["young"].casefold())
        return round(count / (365.25 if match["span"].casefold().startswith("d") else 52.2), 2)
    stated = next(filter(None, (match[name] for name in ("age", "age2", "age3", "age4"))), None)
    years = float(match["months"]) / 12 if match["months"] else float(stated or "nan")
    return round(years, 2) if years <= 130 else None


def _introduces(match: re.Match[str], text: str) -> bool:
    """Not "for 10 years", "at age 50" or a relative's age."""
    if match["age2"]:
        return not re.search(
            r"\b(?:at|died|by|from|mother|father|brother|sister)\W*$", text[: match.start()].casefold()[-12:]
        )
    return (
        bool(match["months"] or match["young"] or match["age3"] or match["age4"])
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
