"""Measurements in words: a name, its link to a number, the number, its unit ("creatinine rose to 2.4 mg/dL")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from medrag.reading.dates import MONTH
from medrag.reading.expressions import Expression
from medrag.reading.languages import pattern, units
from medrag.reading.matcher import Match

_said = partial(pattern, "quantities")

UNIT = (
    r"(?:milli|micro|nano|pico)moles? per (?:lit(?:re|er)|mole)"
    r"|(?:milli|micro|nano)?grams? per (?:deci|milli)?lit(?:re|er)"
    r"|m?g per d(?:eci)?l(?:iter)?|mmol per l(?:iter)?|[uµμ]mol per l(?:iter)?|meq per l(?:iter)?|g per l(?:iter)?"
    r"|mmol/mol|mg/mmol|mg/g|m?i?u/ml|m?i?u/l|pmol/l|nmol/l|ng/dl|mm/h(?:r|our)?|fl|pg|mm\s?/\s?hr?"
    r"|ml/min(?:/1[.,]73\s?m\^?[2²]?)?"
    r"|mg/dl|g/dl|gm/dl|mg%|mg/l|g/l|[uµμ]mol/l|mcmol/l|micromol/l|micromoles/l|mmol/l|mmoles/l|meq/l|ng/ml|ng/l|pg/ml"
    r"|[uµμ]g/dl|mcg/dl|[uµμ]g/l|mcg/l|mu/l|miu/l|k/[uµμ]l|k/mm3|i?u/l|units/l"
    r"|x?\s?10\^?[39]/[uµμ]?l|x\s?10e[39]/l|/[uµμ]l|/mm\^?3|/cmm"
    rf"|kgs?|kilos?|lbs?|pounds|kilograms?|grams|cms?|centimet(?:er|re)s|met(?:er|re)s|m|inches"
    rf"|in(?!\s(?:{MONTH}|(?:19|20)\d\d)\b)|ft|mmhg|mm\s?hg|bpm"
    r"|beats per minute|beats/min|breaths/min|/min|msec|ms|seconds|secs?|s|mmol|meq"
    r"|°\s?[cf]|º\s?[cf]|deg(?:rees)?\s?[cf]|[cf]|%|kg/m\^?[2²]|ml/min(?:/1[.,]73\s?m\^?[2²]?)?"
)
NUMBER = r"(?>\d{1,3}(?:,\d{3})+(?![.,]?\d)|\d{1,7}(?:[.,]\d{1,4})?)"
_LINK = (
    r"is|was|are|were|has been|had been|remains|remained|rose|risen|increased|decreased|fell|elevated|low|high|stable"
    r"|dropped|improved|worsened|up|down|trended|came back|back|returned|shows?|showed|showing"
    r"|approximately|approx|about|around|found|measured|reported|noted|recorded|to be|now|currently|only|of|at|to|as"
    r"|today(?:'s)?|this morning|this am|yesterday|on admission|on arrival|on discharge|at discharge|at presentation"
    r"|initially|initial|repeat|repeated|peaked|random|fasting|level|levels|count|concentration|value|interval|result"
    r"|slightly|mildly|markedly|normal|wnl|in clinic|again|has|had|with|a|an|the|and is|saturation|reading"
    r"|non-?fasting|lab|serum|plasma|blood|venous|arterial|estimated|calculated|actual|current(?:ly)?|latest"
    r"|most recent|just|at home|home|(?:re-?)?checked|done|taken|drawn|sent|which|this|on|in"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)(?:day)?"
_WHEN = (
    rf"last (?:week|month|year|visit|time|night|clinic|{_WEEKDAY})|this (?:week|month|visit|morning)"
    rf"|\d{{1,2}} (?:days?|weeks?"
    rf"|wks?|months?|years?) ago|{_WEEKDAY}|{MONTH}(?: 20\d\d)?(?=\W)|last|earlier|20\d\d(?=\s?(?:[-:=–,)]"
    rf"|was\b|is\b))"
)
DATE = (
    r"\d{1,2}/20\d\d(?!\d)|\d{1,2}/\d{1,2}(?:/\d{2,4})?(?!\d|[./]\d)"
    r"|\d{1,2}\.\d{1,2}\.\d{2,4}(?!\d)|\d{4}-\d{2}-\d{2}(?!\d)"
)
_ARROW = r"\s?(?:→|-{1,2}>|=>|>)\s?"
_PLAIN_UNIT = rf"(?:{UNIT})(?![\w/^])"
_VALUE = re.compile(
    rf"[+⁺]?(?:\s{{0,3}}[(\[](?P<given>{_PLAIN_UNIT})[)\]]|\s?\([^)\n]{{1,20}}\)(?=\s{{0,30}}[\d:=<>wi]))?"
    rf"(?P<link>(?:\s{{0,9}}(?:\b(?:{_LINK}|{_WHEN})\b|[:=,~|(*≈–)-]|\b[HL]\b(?=\s)"
    rf"|\(?(?:{DATE})\)?(?=\s?[:=\s])(?=[^\d]{{1,4}}\d))){{0,7}})"
    rf"(?:\s{{0,3}}\bfrom\s{{1,3}}(?P<from>{NUMBER})\s?(?:{UNIT})?\s?(?:on \S{{1,12}} )?\bto\b)?\s{{0,20}}"
    rf"(?P<cmp>(?<!-)[<>≤≥])?\s?(?P<value>{NUMBER})(?P<flag>\s{{0,12}}(?:\([HL]\)|\*{{1,2}}|[HL]{{1,2}}|↑{{1,2}}"
    rf"|↓{{1,2}}|(?i:high|low))(?![\w/]))?\s{{0,12}}\|?\s{{0,3}}-?(?P<unit>(?!HR\b\s?:?\s?\d){_PLAIN_UNIT})?"
    rf"(?P<next>(?:(?:{_ARROW}\d units?[^→>\n]{{0,12}})?{_ARROW}{NUMBER}(?!\s?units?\b)){{0,4}}+)"
    rf"(?P<late>\s?(?!HR\b\s?:?\s?\d){_PLAIN_UNIT})?",
    re.IGNORECASE,
)
_NOT_VALUE = re.compile(
    r"\s?(?:\+(?!\s?\d)|/\s?\d|(?<=\d):[0-5]\d(?!\d)|[-–]\s?\d|(?!\d{1,2}/(?:20\d\d|\d{1,2}/\d\d))\d|(?:mg(?!\s\d)|mcg|g|units?|tabs?)\b(?!/)|/(?:7|10|12|24)\b|x\b|(?:years?|months?|weeks?|days?"
    r"|hours?|hrs?(?!\s?:?\s?\d)|yrs?|times|lb loss)\b|(?:th|st|nd|rd)\b)",
    re.IGNORECASE,
)
_THEN = r"(?:on |at )?(?:admission|arrival|discharge|presentation|review)|today|this morning|currently|yesterday|latest"
_SINCE = re.compile(
    rf"(?:\s(?:on\s|in\s|at\s)?(?:clinic|{_WHEN})){{0,2}}[,;]?\s(?:and\s|but\s|then\s)*(?:is\s|it is\s"
    rf"|was\s)?(?:now|{_THEN}|(?:falling|fell|rising|rose|down|up|improv\w+|increas\w+|decreas\w+|dropp\w+|climb\w+"
    rf"|trending (?:down|up)|settling|settled) to)\s(?:is\s|was\s|at\s)?(?P<value>{NUMBER})(?!\d|[./]\d"
    rf"|\s?(?:days?|weeks?|months?|years?|hours?|x|th|st|nd|rd|/)\b)(?:\s?(?P<unit>{_PLAIN_UNIT}))?",
    re.IGNORECASE,
)
"""A later value beside an earlier one ("Hb was 88, now 104")."""
_AFTERWARDS = re.compile(
    rf"(?:\s(?:yesterday|(?:on |at )?(?:admission|arrival|presentation|baseline)|initially|previously|{_WHEN}"
    rf"|pre-?\s?(?:op|transfusion|treatment|dialysis|dose)\w*))?[,;]\s(?:and\s|but\s|then\s)?(?P<value>{NUMBER})"
    rf"(?:\s?(?P<unit>{_PLAIN_UNIT}))?\s(?:now|today|this morning|currently|(?:on |at )?discharge"
    rf"|post(?:-?\s?(?:op|transfusion|treatment|dialysis|dose)\w*)?)\b",
    re.IGNORECASE,
)
"""One whose time is told after it ("K 5.9 yesterday, 4.8 today")."""
_NOW = re.compile(
    rf"\.\s{{1,3}}(?:it\s|level\s)?(?:is\s)?(?:now|today|currently|this morning)(?:'s)?[:,]?\s(?:it\s)?(?:is\s"
    rf"|was\s|at\s|up to\s|down to\s)?(?P<value>{NUMBER})(?!\d|[./]\d)"
    rf"(?:\s?(?P<unit>{_PLAIN_UNIT})|(?=\s?(?:[.;,\n]|\Z)))",
    re.IGNORECASE,
)
"""The value of now in a sentence of its own ("Baseline creatinine 0.8. Now 3.2.")."""
_TOLD_NOW = re.compile(
    r"\s?\(?(?:today|tonight|this (?:morning|am|afternoon|evening)|just now|at present|now(?!\s\w))\b|,\s(?:today|now)"
    r"(?=\s?(?:[.;,)\n]|\Z))",
    re.IGNORECASE,
)
"""Words after a value that say it is of now ("potassium 6.1 today")."""
_OF_ONE_BEFORE = re.compile(
    r"\d(?:\s?[a-z/%²³]{1,12})?\s\(?(?:today|tonight|this (?:morning|am|afternoon|evening)|now)\)?[.,;\n]",
    re.IGNORECASE,
)
"""Such words of the value before."""
_RANGE = re.compile(r"\s?(?:[-–]|to)\s?\d", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:in|since|from|by) (?:19|20)\d\d\Z")
_BARE_YEAR = re.compile(r"\s*(?:19[5-9]|20[0-4])\d")
"""A year right after a name ("SCR 2022"), not a value."""
SINCE = 12
"""Characters that such a year and the word before it take, at most."""
_LAST_NUMBER = re.compile(rf"({NUMBER})\s*$")
_DATED = re.compile(
    rf"(?!\s?\(\s?(?:{DATE}),?:?\s+[A-Za-z])\s?[,(]?\s?(?:on|from|in)?\s?\(?(?P<date>{DATE}|(?<=\bin\s)(?:(?:19|20)\d\d\b|{MONTH}\b))\)?",
    re.IGNORECASE,
)
_LINK_DATE = re.compile(DATE)
_RESPECTIVELY = Expression(
    rf"(?P<values>{NUMBER}(?:\s?(?:{UNIT})(?![\w/^]))?(?:(?:\s?,\s?(?:and\s)?|\s?/\s?"
    rf"|\sand\s){NUMBER}(?:\s?(?:{UNIT})(?![\w/^]))?){{1,7}})"
)
_EACH = Expression(rf"(?P<value>{NUMBER})\s?(?P<unit>(?:{UNIT})(?![\w/^]))?")
_TOGETHER = re.compile(r"(?:\s?,\s?(?:and\s)?|\s?/\s?|\sand\s)(?:(?:the|her|his|serum|total)\s)?")
_ONE_OF_SEVERAL = re.compile(r"[^.;\n]{0,60}?\brespectively\b", re.IGNORECASE)
"""A value among several for several names, of which some are not known: whose it is cannot be told."""
_OF_ALL = re.compile(r"\s{0,3}(?:(?:levels?|values?|were|was|are|is|of|[:=])\s{0,2}){0,4}(?=\d)", re.IGNORECASE)


MOST = 3_000
"""Names of measurements in a text that are read: no text that a person wrote has more."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measurement ``key`` at ``text[start:end]``: ``value`` in ``unit`` as written; ``bound`` is "<" or ">".

    ``earlier`` and ``today`` are what the words say of its time, ``date`` a date written beside it.
    """

    key: str
    start: int
    end: int
    value: float
    unit: str | None
    bound: str | None = None
    earlier: bool = False
    today: bool = False
    date: str | None = None
    linked_by_comma: bool = False
    name: str = ""


def number(written: str) -> float:
    """The number, with a decimal point or comma, or with commas between thousands."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", written):
        return float(written.replace(",", ""))
    return float(written.replace(",", "."))


def quantities(text: str, named: Iterable[Match[str]]) -> list[Quantity]:
    """Every measurement in ``text`` of those ``named``, in order; targets, other people's and fluids' are left out."""
    found = list(islice(named, MOST))
    together: list[Quantity] = []
    skip = 0
    for place, match in enumerate(found):
        if place < skip:
            continue
        group = _group(text, found, place)
        shared = list(_shared(text, group)) if len(group) > 1 else []
        if shared:
            together += shared
            skip = place + len(group)
            continue
        following = found[place + 1].start if place + 1 < len(found) else len(text)
        one = _one(text, match, following)
        if one:
            together.append(one)
    return together


def _later(text: str, end: int) -> re.Match[str] | None:
    return _SINCE.match(text, end) or _AFTERWARDS.match(text, end) or _NOW.match(text, end)


def _group(text: str, found: Sequence[Match[str]], place: int) -> list[Match[str]]:
    """The names joined to the one at ``place``: "Na/K/Cl", "AST and ALT"."""
    group = [found[place]]
    for match in found[place + 1 : place + 8]:
        if not _TOGETHER.fullmatch(text, group[-1].end, match.start):
            break
        group.append(match)
    return group


def _shared(text: str, group: Sequence[Match[str]]) -> Iterator[Quantity]:
    """Values given one after the other for names given one after the other."""
    link = _OF_ALL.match(text, group[-1].end)
    values = _RESPECTIVELY.match(text, link.end()) if link else None
    if values is None:
        return
    each = list(_EACH.finditer(values["values"]))
    slashes = "/" in text[group[0].end : group[1].start]
    if len(each) != len(group) or not (
        slashes or re.match(r"[,\s]{0,3}respectively", text[values.end() : values.end() + 20])
    ):
        return
    if _said("other").search(text[max(0, group[0].start - 40) : group[0].start]):
        return
    for name, value in zip(group, each, strict=True):
        yield Quantity(
            key=name.values[0],
            start=values.start() + value.start(),
            end=values.start() + value.end(),
            value=number(value["value"]),
            unit=value["unit"],
            name=text[name.start : name.end],
        )


def _one(text: str, name: Match[str], following: int) -> Quantity | None:
    match = _VALUE.match(text, name.end)
    if match is None or match.start("value") > following or _another(text, name, match):
        return None
    if not match["unit"] and not match["late"] and _BARE_YEAR.fullmatch(match["link"] + match["value"]):
        return None
    read = match.end("value")
    if _ONE_OF_SEVERAL.match(text, read) or (not match["unit"] and _YEAR.search(text, max(0, read - SINCE), read)):
        return None
    said, end = match["value"], match.end()
    unit = match["unit"] or match["late"] or match["given"]
    if match["next"]:
        said = (_LAST_NUMBER.search(match["next"]) or [said, said])[1]
    elif not match["unit"]:
        end = match.end("flag") if match["flag"] else match.end("value")
        if _NOT_VALUE.match(text, end) and not (match["given"] or _is_interval(text, end)):
            return None
    elif _RANGE.match(text, end) and not match["cmp"]:
        return None
    now = False
    while (later := _later(text, end)) and not (unit and later["unit"] and later["unit"] != unit):
        said, unit, end = later["value"], later["unit"] or unit, later.end()
        now = later.re is _NOW
    dated = _DATED.match(text, end)
    before = text[max(0, name.start - 30) : name.start]
    of_now = f"{_OF_ONE_BEFORE.split(before)[-1]} {match['link']}"
    linked = _LINK_DATE.search(match["link"])
    return Quantity(
        key=name.values[0],
        start=name.start,
        end=end,
        value=number(said),
        unit=units().plain.get(unit.strip().casefold(), unit.strip()) if unit else None,
        bound=match["cmp"],
        earlier=bool(_said("earlier").search(before) or _said("then").search(match["link"]))
        and not (match["next"] or now),
        today=now or bool(_said("today").search(of_now) or _TOLD_NOW.match(text, end)),
        date=dated["date"] if dated else linked[0].strip("()") if linked else None,
        linked_by_comma="," in match["link"] and "which" not in match["link"].lower(),
        name=text[name.start : name.end],
    )


def _is_interval(text: str, end: int) -> bool:
    """Whether what follows a value is a reference interval in its column ("138  135-145")."""
    return text[end : end + 1] in "\t|" or text[end : end + 2] == "  "


def _another(text: str, name: Match[str], match: re.Match[str]) -> bool:
    """Whether it is a target, or another person's or fluid's."""
    start = max(0, name.start - 40)
    before = re.split(r"[.;\n]\s", text[start : name.start])[-1]
    return _said("other").search(before) is not None or _said("aim").search(match["link"]) is not None
