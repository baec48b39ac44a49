"""Blood pressures, heights and weights as notes write them, in feet, stones and pairs too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medrag.reading.quantities import Quantity

_STONES = re.compile(
    r"(?P<label>\b(?:weight|wt|weighs|weighed)\b[\s:=]{0,3}(?:(?:is|was|of)\s)?)?(?<!\d)(?<!\d\.)(?P<stones>\d{1,2})\s?"
    r"(?P<word>stone|st)\b\.?(?:\s?(?P<pounds>\d{1,2})(?:\b|(?=lbs?\b))(?!\s?(?:kg|/|\.\d))\s?(?P<marked>lbs?\b|pounds?\b)?)?",
    re.I,
)
_PRESSURE = re.compile(
    r"\b(?:bp|b/p|blood pressure)\b\s?(?:(?:is|was|of|today|now|on arrival|on admission|in clinic|:|=|-"
    r"|\(\w{1,12}\))\s?){0,4}(?P<s>\d{2,3})\s?(?:/|\bover\b)\s?(?P<d>\d{2,3})(?!s|\d)(?:\s?mm\s?hg)?",
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
    r"(?<![\d.])(?P<value>\d{1,3}(?:[.,]\d{1,3})?)\s?-?(?P<unit>cm|centimet(?:re|er)s|m|met(?:re|er)s|inches|in)"
    r"[\s-]{1,2}(?:tall|in height)\b"
    r"|\blength\s?(?:is|was|of|:|=)?\s?(?P<length>\d{2,3}(?:\.\d)?)\s?cm\b",
    re.I,
)
_HEAVY = re.compile(
    r"(?<![\d.])(?P<value>\d{1,3}(?:\.\d{1,3})?)[\s-]?(?P<unit>kg|kilograms?|lbs?|pounds?)[\s-]{1,2}"
    r"(?:man|woman|male|female|patient|boy|girl|infant|child|in weight)\b"
    r"|\b(?:man|woman|male|female|boy|girl|infant|baby|child|[MF])\s?[,(]\s?(?P<value2>\d{1,3}(?:\.\d{1,3})?)\s?(?P<unit2>kg|lbs?)\b(?!\s?/)"
    r"|(?:\best(?:imated)?\.?|\(\d{1,3}\)|\b\d{1,3}\s?(?:y\.?/?o\.?|yrs?(?:\sold)?|years?(?:\sold)?|[FM])),?\s(?P<value3>\d{1,3}(?:\.\d{1,3})?)\s?(?P<unit3>kg)\b(?!\s?/)",
    re.I,
)
_PAIR = re.compile(
    r"(?<![\d.])(?P<kg>\d{1,3}(?:[.,]\d{1,3})?)\s?kg(?:\s?(?:,|/|;|and)\s?|\s)(?P<cm>\d{2,3}(?:[.,]\d)?)\s?cm\b"
    r"|(?<![\d.])(?P<cm2>\d{2,3}(?:[.,]\d)?)\s?cm(?:\s?(?:,|/|;|and)\s?|\s)(?P<kg2>\d{1,3}(?:[.,]\d{1,3})?)\s?kg\b",
    re.I,
)
_LABEL = r"(?P<label>\b(?:weight|wt|weighs|weighed)\b[\s:=]{0,3}(?:(?:is|was|of|today|now)\s)?)?"
_COMPOUND = re.compile(
    rf"{_LABEL}(?<![\d.,/])(?:(?P<lb>\d{{1,3}})\s?(?:lbs?|pounds?)\.?,?\s?(?:and\s)?(?P<oz>\d{{1,2}}(?:\.\d)?)\s?(?:oz|ounces?)\b"
    r"|(?P<kg>\d{1,3})\s?kg\s(?:and\s)?(?P<g>\d{1,3})\s?(?:g|gm|grams)\b(?!\s?/))",
    re.I,
)
"""Pounds and ounces, kilograms and grams."""
_OF_WHOM = (
    r"\b\d\s?y(?:rs?)?\s\d{1,2}\s?mo?s?\b|\b(?:s?he|pt|patient)\s(?:is|now)\b|(?<!\d)\d{2,3}\s?(?:lbs?|pounds)(?=\s?\(\s?\d{2,3}(?:\.\d)?\s?kg\))"
    r"|\d{1,3}\s?(?:y\.?/?o\.?|y)\b|[\s-]old\b|(?<![A-Za-z])(?-i:[FM])\b|[♀♂]|\b(?:fe)?male\b|\b(?:newborn|neonate|infant|baby|toddler|gentleman|lady)\b"
    r"|\b(?:newborn|neonate|infant|baby|toddler|child|boy|girl)\b[^.;\n]{1,4}\d{1,2}\s?(?:days?|weeks?|wks?|months?|mo|mths?|yrs?|years?)(?:\sold)?\b"
    r"|(?<!\d)[3-7]\s?['’′]\s?\d{1,2}\s?(?:\"|”|″|''|in\b)?|(?<!\d)[3-7]\s?(?:ft|feet)\s?\d{1,2}\s?(?:in(?:ch(?:es)?)?)?|(?<!\d)\d{2,3}\s?cm\b"
)
_SET_OFF = re.compile(
    rf"(?:{_OF_WHOM})[\s,/;(]{{1,3}}(?:and\s|at\s)?(?:(?:about|around|approx\.?|roughly|circa)\s|~\s?)?(?P<value>\d{{1,3}}(?:\.\d{{1,3}})?|\d,?\d{{3}}(?=\s?g))\s?(?P<unit>kgs?|kilos?|lbs?|pounds?|#|g(?:m|rams)?)(?![\w/])"
    r"(?!\s?(?:/|loss|lost|gain|lift|over|heavier|lighter|\d{1,3}\s?(?:oz|ounces?|g)\b))",
    re.I,
)
"""A weight that stands beside an age, a sex or a height."""
_ROUGHLY = re.compile(
    r"\b(?:weigh(?:s|ed|ing)?|weight|wt)\b[\s:=]{0,3}(?:is\s|in at\s)?(?:about|around"
    r"|approx(?:imately)?\.?|roughly|est(?:imated)?|circa|~)\s?(?P<value>\d{2,3}(?:\.\d)?)\s?(?P<unit>kgs?|kilos?|lbs?|pounds)\b",
    re.I,
)
"""A weight that is told roughly."""
_METRES = re.compile(
    r"(?:\b(?:height|ht)\b[\s:=]{0,3}(?P<m>[12])\s?m\s?(?P<cm>\d\d)\b)"
    r"|\d\s?kg[\s,/;]{1,2}(?P<whole>[12][.,]\d{1,2})\s?m\b",
    re.I,
)
"""A height in metres and centimetres, or in metres after a weight."""
_FALLEN = re.compile(
    r"\b(?:weight|wt)\b[^.;\n]{0,24}\b(?:from)\s\d{1,3}(?:\.\d)?\s?(?:kg|lbs?)?\s(?:down\s|up\s)?to\s(?P<value>\d{1,3}(?:\.\d)?)\s?(?P<unit>kg|lbs?)\b",
    re.I,
)
_NUMBERED = re.compile(r"\b(?:weight|wt|weighs)\b[\s:=]{0,3}(?P<value>\d{2,3}(?:\.\d)?)\s?#", re.I)
_DOTTED = re.compile(
    r"\b(?P<of>wt|ht)\.\s?(?P<value>\d{1,3}(?:[.,]\d{1,3})?)\s?(?P<unit>kgs?|lbs?|cms?|m|in(?:ches)?)\b(?!\s?/)", re.I
)
"""An abbreviated label with its stop ("Wt. 66 kg")."""
_DASHED = re.compile(r"\b(?:height|ht)\b[\s:=]{0,3}(?P<ft>[4-6])-(?P<inch>\d|1[01])(?![\d.])", re.I)
_BESIDE_WEIGHT = re.compile(
    r"(?<![\d.])(?P<ft>[4-7])(?:['’′]|\s?(?:ft|feet|foot)\b\.?)\s?(?P<inch>\d|1[01])(?:\s?in(?:ch(?:es)?)?\b)?"
    r"(?=[,;/]?\s?(?:and\s|at\s)?\d{2,3}(?:\.\d)?\s?(?:#|lbs?\b|pounds?\b|kg\b))",
    re.I,
)
_ACTUAL = re.compile(
    r"\b(?:(?:ideal|IBW|adjusted|AdjBW|lean|dry|lost|loss|gained|gain)\b[^.;\n]{0,40}?\d\s?(?P<unit>kg|lbs?)\b[^.\n]{0,24}?"
    r"\b(?:actual|actually|current|currently|now|total|TBW|real)(?:\s(?:(?:body|weighs|at|is)\s?)?(?:weight|wt)?)?\s?(?:is\s|[:=]\s?)?)"
    r"(?P<value>\d{1,3}(?:\.\d{1,2})?)(?:\s?(?P<unit2>kg|lbs?))?(?![\w/%.]*\d)",
    re.I,
)
"""What someone weighs, after what they should weigh or have lost."""
_NOT_WEIGHED = re.compile(
    r"\b(?:birth ?(?:weight|wt)?|BW|born(?: at)?|ideal|IBW|lost|loss(?: of)?|gain(?:ed)?(?: of)?|tumou?r|placenta"
    r"|specimen|uterus|EFW|fetal weight|donor)\b[^.;\n]{0,16}\Z",
    re.I,
)
"""What stands before a weight that is no weight of the patient's now."""
_OUNCES, _GRAMS = 16, 1000
KG_A_POUND = 0.45359237
"""By the international yard and pound agreement of 1959."""


def pressures(text: str) -> Iterator[Quantity]:
    """Systolic and diastolic pressures (mm[Hg]); targets are left out."""
    for match in _PRESSURE.finditer(text):
        if not _TARGET.search(text[max(0, match.start() - 30) : match.start()]):
            for key, group in (("systolic", "s"), ("diastolic", "d")):
                yield Quantity(key, match.start(), match.end(), float(match[group]), "mm[Hg]")


def sizes(text: str) -> Iterator[Quantity]:
    """Heights and weights that no label introduces, or that are in feet."""
    for match in _FEET.finditer(text):
        marked = match["inch"] and match["inches"] and match["mark"] in "'’′"
        if match["label"] or match["tall"] or marked:
            yield Quantity(
                "height", *match.span(), round((12 * int(match["ft"]) + float(match["inch"] or 0)) * 2.54, 1), "cm"
            )
    for match in _TALL.finditer(text):
        unit = (match["unit"] or "cm").casefold()
        unit = {"c": "cm", "m": "m"}.get(unit[0], unit) if unit.endswith("s") else unit
        yield Quantity("height", *match.span(), _float(match["value"] or match["length"]), unit)
    for match in _HEAVY.finditer(text):
        yield Quantity("weight", *match.span(), _float(_either(match, "value")), _either(match, "unit"))
    for match in _STONES.finditer(text):
        if match["label"] or match["word"].casefold() == "stone" or match["marked"]:
            pounds = 14 * int(match["stones"]) + int(match["pounds"] or 0)
            yield Quantity("weight", *match.span(), round(pounds * KG_A_POUND, 2), "kg")
    yield from _unlabelled(text)
    for match in _PAIR.finditer(text):
        for key, unit in (("weight", "kg"), ("height", "cm")):
            group = unit if match[unit] else f"{unit}2"
            yield Quantity(key, *match.span(group), _float(match[group]), unit)


def _unlabelled(text: str) -> Iterator[Quantity]:
    """Weights and heights in two units, in signs, and beside an age, a sex or what someone should weigh."""
    for match in _COMPOUND.finditer(text):
        if not _NOT_WEIGHED.search(text[max(0, match.start() - 30) : match.start()]):
            pounds = int(match["lb"] or 0) + float(match["oz"] or 0) / _OUNCES
            kilograms = int(match["kg"] or 0) + int(match["g"] or 0) / _GRAMS
            yield Quantity("weight", *match.span(), round(pounds * KG_A_POUND + kilograms, 3), "kg")
    for match in (*_DASHED.finditer(text), *_BESIDE_WEIGHT.finditer(text)):
        yield Quantity("height", *match.span(), round((12 * int(match["ft"]) + int(match["inch"])) * 2.54, 1), "cm")
    for match in _METRES.finditer(text):
        metres = match["whole"] or f"{match['m']}.{match['cm']}"
        start = match.start("whole") if match["whole"] else match.start()
        yield Quantity("height", start, match.end(), _float(metres), "m")
    for match in _FALLEN.finditer(text):
        yield Quantity("weight", *match.span("value"), _float(match["value"]), match["unit"])
    for match in _DOTTED.finditer(text):
        key = "weight" if match["of"].casefold() == "wt" else "height"
        yield Quantity(key, *match.span(), _float(match["value"]), match["unit"].casefold())
    for match in _NUMBERED.finditer(text):
        yield Quantity("weight", *match.span(), _float(match["value"]), "lb")
    for match in (*_SET_OFF.finditer(text), *_ROUGHLY.finditer(text)):
        if not _NOT_WEIGHED.search(text[max(0, match.start() - 30) : match.end("value")]):
            yield _set_off(match)
    for match in _ACTUAL.finditer(text):
        yield Quantity("weight", *match.span("value"), _float(match["value"]), match["unit2"] or match["unit"])


def _set_off(match: re.Match[str]) -> Quantity:
    unit, value = match["unit"].casefold(), match["value"]
    if unit.startswith("g"):
        return Quantity("weight", *match.span("value"), _float(value.replace(",", "")) / _GRAMS, "kg")
    named = "lb" if unit[0] in "#lp" else "kg"
    return Quantity("weight", *match.span("value"), _float(value), named)


def _either(match: re.Match[str], name: str) -> str:
    """The one of the pattern's alternatives that is there."""
    return match[name] or match[f"{name}2"] or match[f"{name}3"]


def _float(written: str) -> float:
    return float(written.replace(",", "."))
