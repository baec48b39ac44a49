"""Numbers in a note as observations: vital signs and laboratory values with their units; the note's date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from medrag.knowledge import Knowledge
from medrag.knowledge.vocabulary import Measurement
from medrag.reading.matcher import Letters, Matcher, tokens
from medrag.reading.quantities import Quantity, quantities
from medrag.reading.sections import Sections, sections
from medrag.types import FactStatus, Observation

# Units that go without saying: no other unit of the analyte gives a plausible number.
_IMPLIED = {
    "sodium": "mmol/L",
    "potassium": "mmol/L",
    "chloride": "mmol/L",
    "bicarbonate": "mmol/L",
    "inr": "1",
    "bmi": "kg/m2",
    "heart_rate": "/min",
    "respiratory_rate": "/min",
    "systolic": "mm[Hg]",
    "diastolic": "mm[Hg]",
    "oxygen_saturation": "%",
    "reported_egfr": "mL/min/{1.73_m2}",
}
# Units that a bare number gives away, because the other unit in use would make it impossible: (unit, lowest, highest).
_GIVEN_AWAY = {
    "creatinine": (("mg/dL", 0.2, 15), ("umol/L", 30, 1500)),
    "albumin": (("g/dL", 0.8, 6.5), ("g/L", 8, 65)),
    "calcium": (("mg/dL", 5, 16), ("mmol/L", 1.2, 4)),
    "hemoglobin": (("g/dL", 3, 22), ("g/L", 40, 220)),
    "temperature": (("Cel", 30, 43), ("[degF]", 86, 110)),
    "qt": (("ms", 200, 700),),
}
_SAID = {
    "weighs": "weight",
    "weighed": "weight",
    "weighing": "weight",
    "rate": "heart_rate",
    "pulse": "heart_rate",
    "sats": "oxygen_saturation",
    "sat": "oxygen_saturation",
    "o2 sats": "oxygen_saturation",
    "spo2": "oxygen_saturation",
    "hco3": "bicarbonate",
    "temp": "temperature",
    "bili": "bilirubin",
    "t bili": "bilirubin",
    "alb": "albumin",
    "plts": "platelets",
    "haemoglobin": "hemoglobin",
    "crea": "creatinine",
    "glu": "glucose",
    "gluc": "glucose",
    "p": "heart_rate",
    "mg": "magnesium",
    "o2": "oxygen_saturation",
}
_LOWER_CASE = {"wt", "ht", "hr", "rr", "cr", "bp", "qt", "hb"}
_CAPITAL = {"p", "mg"}
_NEEDS_UNIT = {"t", "rate", "sat", "sats"}
_VITALS_NEAR = re.compile(r"\b(?:BP|RR|temp|SpO2|sats|reg|irreg|regular|bpm)\b|\bT\s?\d", re.IGNORECASE)
"""What stands beside a pulse that is called "P"."""
_STONES = re.compile(
    r"(?P<label>\b(?:weight|wt|weighs|weighed)\b[\s:=]{0,3}(?:(?:is|was|of)\s)?)?(?<!\d)(?<!\d\.)(?P<stones>\d{1,2})\s?"
    r"(?P<word>stone|st)\b\.?(?:\s?(?P<pounds>\d{1,2})\b(?!\s?(?:kg|/|\.\d))\s?(?P<marked>lbs?\b|pounds?\b)?)?",
    re.I,
)
LEAST_SATURATION = 50
"""Per cent of oxygen below which the air that is breathed is meant, not the blood."""
_LEVELS = Matcher((("level", Letters.ANY, "level"), ("levels", Letters.ANY, "level")))
LEVEL_WITHIN = 80
"""Characters of its line before a bare level in which the drug stands that it is of."""
_OTHERS = frozenset({"family"})
_OTHER_FLUID = re.compile(
    r"\b(?:urine|urinalysis|ua|csf|pleural|ascitic|donor|baby|infant|neonate|mother|partner|husband|wife)\b",
    re.IGNORECASE,
)
_PRESSURE = re.compile(
    r"\b(?:bp|b/p|blood pressure)\b\s?(?:(?:is|was|of|today|now|on arrival|on admission|in clinic|:|=|-"
    r"|\(\w{1,12}\))\s?){0,4}(?P<s>\d{2,3})\s?/\s?(?P<d>\d{2,3})(?!s|\d)(?:\s?mm\s?hg)?",
    re.I,
)
_TARGET = re.compile(r"\b(?:target|goal|aim|below|under|above|if|keep|<|>)\W{0,3}(?:\w+\W{1,2})?$", re.I)
# 5'10", 6 feet 1 inch, 5 ft 4: a height where it is labelled, called tall, or written with both marks.
_FEET = re.compile(
    r"(?P<label>\b(?:height|ht)\b\s?(?:is|was|of|:|=)?\s?)?(?<!\d)(?P<ft>[3-7])\s?(?P<mark>['’′]|-?\s?(?:ft|feet"
    r"|foot)\b\.?)"
    r"(?:[\s,-]{0,3}(?:and\s)?(?P<inch>\d{1,2}(?:\.\d+)?)\s?(?P<inches>\"|”|″|''|-?in(?:ch(?:es)?)?\b)?)?"
    r"(?P<tall>\s?(?:tall|in height))?",
    re.I,
)
_TALL = re.compile(
    r"(?<![\d.])(?P<value>\d{1,3}(?:[.,]\d{1,3})?)\s?-?(?P<unit>cm|m|inches|in)[\s-]{1,2}(?:tall|in height)\b"
    r"|\blength\s?(?:is|was|of|:|=)?\s?(?P<length>\d{2,3}(?:\.\d)?)\s?cm\b",
    re.I,
)
_HEAVY = re.compile(
    r"(?<![\d.])(?P<value>\d{1,3}(?:\.\d{1,3})?)[\s-]?(?P<unit>kg|kilograms?|lbs?|pounds?)[\s-]{1,2}"
    r"(?:man|woman|male|female|patient|boy|girl|infant|child|in weight)\b"
    r"|\b(?:man|woman|male|female|boy|girl|infant|baby|child|[MF])\s?[,(]\s?(?P<value2>\d{1,3}(?:\.\d{1,3})?)\s?(?P<unit2>kg|lbs?)\b(?!\s?/)",
    re.I,
)
_PAIR = re.compile(
    r"(?<![\d.])(?P<kg>\d{1,3}(?:[.,]\d{1,3})?)\s?kg\s?(?:,|/|;|and)\s?(?P<cm>\d{2,3}(?:[.,]\d)?)\s?cm\b"
    r"|(?<![\d.])(?P<cm2>\d{2,3}(?:[.,]\d)?)\s?cm\s?(?:,|/|;|and)\s?(?P<kg2>\d{1,3}(?:[.,]\d{1,3})?)\s?kg\b",
    re.I,
)
KG_A_POUND = 0.45359237
"""By the international yard and pound agreement of 1959."""
_DATE = re.compile(
    r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b|\b(?P<us>\d{1,2}/\d{1,2}/\d{2,4})\b|\b(?P<eu>\d{1,2}\.\d{1,2}\.\d{4})\b"
)
_DATED = re.compile(
    r"\b(?:date(?: of (?:visit|service|note|admission|exam))?|visit(?: date)?|seen(?: on)?|note date|dos|dictated"
    r"|admitted|"
    r"admission date|clinic|summary)\s?:?\s?",
    re.I,
)


@lru_cache(maxsize=4)
def _names(knowledge: Knowledge) -> Matcher[str]:
    names = {name: key for key, each in knowledge.measurements.items() for name in each.names} | _SAID
    return Matcher((name, Letters.CAPITAL if name in _CAPITAL else Letters.ANY, key) for name, key in names.items())


def measurements(
    text: str, origin: str, moment: date | datetime | None, knowledge: Knowledge, known: Sections | None = None
) -> Iterator[Observation]:
    """Vital signs and laboratory values; those of relatives, donors and other fluids are left out."""
    parts = known or sections(text)
    found = [
        each
        for each in [
            *_pressures(text),
            *_sizes(text),
            *_laboratory(text, knowledge),
            *_levels(text, knowledge),
        ]
        if _is_patients(text, parts, each)
    ]
    found = _apart(sorted(found, key=lambda each: (each.start, -each.end)))
    for each, status in _standing(found, parts, moment):
        day = _day(each.date, moment) or moment
        yield _observation(each, knowledge.measurements[each.key], status, f"{origin}:{each.start}-{each.end}", day)


def _pressures(text: str) -> Iterator[Quantity]:
    for match in _PRESSURE.finditer(text):
        if not _TARGET.search(text[max(0, match.start() - 30) : match.start()]):
            for key, group in (("systolic", "s"), ("diastolic", "d")):
                yield Quantity(key, match.start(), match.end(), float(match[group]), "mm[Hg]")


def _sizes(text: str) -> Iterator[Quantity]:
    """Heights and weights that no label introduces, or that are in feet."""
    for match in _FEET.finditer(text):
        marked = match["inch"] and match["inches"] and match["mark"] in "'’′"
        if match["label"] or match["tall"] or marked:
            yield Quantity(
                "height", *match.span(), round((12 * int(match["ft"]) + float(match["inch"] or 0)) * 2.54, 1), "cm"
            )
    for match in _TALL.finditer(text):
        yield Quantity("height", *match.span(), _float(match["value"] or match["length"]), match["unit"] or "cm")
    for match in _HEAVY.finditer(text):
        yield Quantity(
            "weight", *match.span(), _float(match["value"] or match["value2"]), match["unit"] or match["unit2"]
        )
    for match in _STONES.finditer(text):
        if match["label"] or match["word"].casefold() == "stone" or match["marked"]:
            pounds = 14 * int(match["stones"]) + int(match["pounds"] or 0)
            yield Quantity("weight", *match.span(), round(pounds * KG_A_POUND, 2), "kg")
    for match in _PAIR.finditer(text):
        yield Quantity("weight", *match.span(), _float(match["kg"] or match["kg2"]), "kg")
        yield Quantity("height", *match.span(), _float(match["cm"] or match["cm2"]), "cm")


def _float(written: str) -> float:
    return float(written.replace(",", "."))


def _laboratory(text: str, knowledge: Knowledge) -> Iterator[Quantity]:
    for each in quantities(text, tokens(text), _names(knowledge)):
        if _means_another(text, each):
            continue
        if _counts(each.name, each):
            in_time = (each.unit or "").casefold() in {"ms", "msec", "seconds", "sec", "secs", "s"}
            yield replace(each, key="rr_interval") if each.key == "respiratory_rate" and in_time else each


def _means_another(text: str, each: Quantity) -> bool:
    """Whether a letter or two are no name of a measurement here: "P" as plan, "mg" as a unit."""
    if each.name.casefold() == "p":
        return not _VITALS_NEAR.search(text[max(0, each.start - 40) : each.end + 40])
    if each.name.casefold() == "o2":
        return each.unit != "%" or each.value < LEAST_SATURATION
    return each.name.casefold() == "mg" and (
        each.name != "Mg" or text[max(0, each.start - 3) : each.start].rstrip()[-1:].isdigit()
    )


def _levels(text: str, knowledge: Knowledge) -> Iterator[Quantity]:
    """Levels of the drug that their line names before ("Lithium 600 mg nocte, level 0.72 mmol/L")."""
    if "level" not in text.casefold():
        return
    levels = {each.drug: key for key, each in knowledge.measurements.items() if each.drug}
    for each in quantities(text, tokens(text), _LEVELS):
        line = text[max(0, each.start - LEVEL_WITHIN, text.rfind("\n", 0, each.start) + 1) : each.start]
        named = [
            drug for word in tokens(line) if (name := knowledge.names.get(word.folded)) for drug in name.ingredients
        ]
        if named and named[-1] in levels and not re.search(r"[.;]\s[^.;]*$", line.rpartition(named[-1])[2]):
            yield replace(each, key=levels[named[-1]])


def _counts(said: str, each: Quantity) -> bool:
    folded = said.casefold()
    if folded in _NEEDS_UNIT and not each.unit and not (folded == "t" and said.isupper() and 30 <= each.value <= 110):
        return False
    if len(said) <= 2 and not said[:1].isupper() and folded not in _LOWER_CASE:
        return False
    return bool(each.unit) or not each.linked_by_comma or each.key == "inr"


def _is_patients(text: str, parts: Sections, each: Quantity) -> bool:
    section = parts.at(each.start)
    if section is None:
        return True
    return section.category not in _OTHERS and not _OTHER_FLUID.search(text[section.heading : section.start])


def _apart(found: list[Quantity]) -> list[Quantity]:
    """Those that overlap none before; one pattern may give two measurements of the same words."""
    kept: list[Quantity] = []
    for each in found:
        if not kept or each.start >= kept[-1].end or (each.start, each.end) == (kept[-1].start, kept[-1].end):
            kept.append(each)
    return kept


def _standing(
    found: list[Quantity], parts: Sections, moment: date | datetime | None
) -> Iterator[tuple[Quantity, FactStatus]]:
    """Each value with its status: of several of a kind, those of today or of the results stand, the earlier do not."""
    ranks = [_rank(each, parts, moment) for each in found]
    best: dict[str, tuple[Any, ...]] = {}
    for each, rank in zip(found, ranks, strict=True):
        best[each.key] = max(best.get(each.key, rank), rank)
    for each, rank in zip(found, ranks, strict=True):
        yield each, FactStatus.RESOLVED if rank < best[each.key] else FactStatus.ACTIVE


def _rank(each: Quantity, parts: Sections, moment: date | datetime | None) -> tuple[bool, date, bool, bool]:
    dated = _day(each.date, moment)
    return (
        not each.earlier,
        dated or _as_date(moment) or date.max,
        each.today,
        parts.category(each.start) == "measurements",
    )


def _as_date(moment: date | datetime | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _day(written: str | None, moment: date | datetime | None) -> date | None:
    """The day written beside a value; one without a year is of the note's, or the year before."""
    if written is None:
        return None
    whole = _DATE.fullmatch(written)
    if whole:
        return _parsed(whole)
    base = _as_date(moment)
    short = re.fullmatch(r"(\d{1,2})/(\d{1,2})", written)
    if base is None or short is None:
        return None
    try:
        day = date(base.year, int(short[1]), int(short[2]))
    except ValueError:
        return None
    return day if day <= base else day.replace(year=base.year - 1)


def _observation(
    each: Quantity, kind: Measurement, status: FactStatus, source: str, moment: date | datetime | None
) -> Observation:
    bounded = f"{each.bound}{each.value:g}" if each.bound else each.value
    return Observation(
        display=kind.names[0],
        code=kind.loinc[0] if kind.loinc else None,
        system="LOINC" if kind.loinc else None,
        value=bounded,
        unit=each.unit or _implied(each.key, each.value),
        status=status,
        source=source,
        date=moment,
    )


def _implied(key: str, number: float) -> str | None:
    """The unit that goes without saying, if there is one."""
    if key in _IMPLIED:
        return _IMPLIED[key]
    return next((unit for unit, low, high in _GIVEN_AWAY.get(key, ()) if low <= number <= high), None)


def note_date(text: str) -> date | None:
    """The note's own date: the one its header gives."""
    head = text[:600]
    labelled = next((found for m in _DATED.finditer(head) if (found := _DATE.match(head, m.end()))), None)
    first = labelled or _DATE.match(text.lstrip())
    return _parsed(first) if first else None


def _parsed(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["eu"]:
            return datetime.strptime(match["eu"], "%d.%m.%Y").date()
        month, day, year = map(int, match["us"].split("/"))
        if month > 12:
            month, day = day, month
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None
