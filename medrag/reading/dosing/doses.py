"""Doses in text: amount, unit, per what, how often, for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from medrag.reading.dosing.strengths import Strength, most_tablets, tablets, without_strengths

_NUMBER = r"\d{1,3}(?:[,\u202f ]\d{3})+(?!\d)|\d+(?:\.\d+)?|\.\d+"
_UNIT = (
    r"milligrams?|mg|micrograms?|mcgs?|µg|μg|ug|nanograms?|ng|grams?|gm|g|international units?|units?|iu|u|mmol|meq"
    r"|millilit(?:er|re)s?|ml"
)
_DOSE = re.compile(
    rf"(?:(?P<count>\d|one|two|three)\s*(?:x|×|(?:tablets?|capsules?|tabs?)\s+(?:of\s+)?|(?=\s\d+\s*(?:mg|g"
    rf"|mcg)\s+(?:tab|cap)))\s*)?"
    rf"(?<![\w.])(?P<low>{_NUMBER}|five|ten|fifteen|twenty|thirty|forty|fifty)(?:\s*(?:{_UNIT})?\s*(?:-|–|—|to"
    rf"|or)\s*(?P<high>{_NUMBER}))?"
    rf"(?P<slash>(?:\s*(?:{_UNIT})?\s*/\s*(?:{_NUMBER})){{1,3}}(?=\s*(?:{_UNIT})\b))?"
    rf"[\s-]*(?P<unit>{_UNIT})(?![A-Za-z])"
    rf"(?P<per>(?:\s*(?:/|per|a|each)\s*(?:kg|kilogram|m2|m²|day|24\s*h(?:ours?)?|d|dose|hour|hr|h|min|minute|week|wk"
    rf"|month|dl|l|g|ml|mmol|lit(?:er|re)|decilit(?:er|re)|actuation|puff)\b)*)"
    rf"(?P<daily>\s*(?:total\s+)?(?:daily\s+dose|in\s+(?:\w+\s+)?divided\s+doses))?",
    re.IGNORECASE,
)
_CONCENTRATION = re.compile(r"(?:/|per)\s*(?:dl|l|g|ml|mmol|lit(?:er|re)|decilit(?:er|re))\b", re.IGNORECASE)
_CLEARANCE = re.compile(r"m(?:l|illilit\w+)\s*(?:/|per)\s*min", re.IGNORECASE)
_TO_CANONICAL = {
    "mg": ("mg", 1.0),
    "milligram": ("mg", 1.0),
    "mcg": ("mg", 0.001),
    "microgram": ("mg", 0.001),
    "µg": ("mg", 0.001),
    "μg": ("mg", 0.001),
    "ug": ("mg", 0.001),
    "ng": ("mg", 1e-6),
    "nanogram": ("mg", 1e-6),
    "g": ("mg", 1000.0),
    "gm": ("mg", 1000.0),
    "gram": ("mg", 1000.0),
    "unit": ("unit", 1.0),
    "international unit": ("unit", 1.0),
    "iu": ("unit", 1.0),
    "u": ("unit", 1.0),
    "mmol": ("mmol", 1.0),
    "meq": ("mmol", 1.0),
    "ml": ("mL", 1.0),
    "milliliter": ("mL", 1.0),
    "millilitre": ("mL", 1.0),
}
_WORDS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "once": 1.0, "twice": 2.0}
_WORDS |= {"ten": 10.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0}
_TIMES = r"\d+|one|two|three|four|five|six|once|twice"
_DAY = r"(?:a\s+day|per\s+day|each\s+day|every\s+day|daily|/\s*day|per\s+24\s+hours)"
_FREQUENCIES: tuple[tuple[re.Pattern[str], float | None], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), value)
    for pattern, value in (
        (r"\b(?:every\s+other\s+day|alternate\s+days|every\s+second\s+day|qod)\b", 0.5),
        (r"\b(?:twice|two\s+times)[\s-]+(?:a\s+week|weekly|per\s+week)\b", 2 / 7),
        (r"\b(?:three\s+times|thrice)[\s-]+(?:a\s+week|weekly|per\s+week)\b", 3 / 7),
        (
            r"\b(?:once\s+a\s+week|once[\s-]+weekly|weekly|per\s+week|every\s+week|each\s+week|one\s+day\s+(?:a"
            r"|per)\s+week)\b",
            1 / 7,
        ),
        (r"\b(?:every\s+(?:2|two)\s+weeks|fortnightly|every\s+other\s+week)\b", 1 / 14),
        (r"\b(?:once\s+a\s+month|monthly|every\s+month|every\s+4\s+weeks|per\s+month)\b", 1 / 30),
        (
            r"\b(?:twice|two\s+times)[\s-]+(?:a\s+day|daily|per\s+day)|\b(?:bid|b\.i\.d\.?|bd|b\.d\.)(?!\w)"
            r"|\btwice\s+each\s+day",
            2.0,
        ),
        (r"\b(?:three\s+times|thrice|3\s+times)[\s-]+(?:a\s+day|daily|per\s+day)|\b(?:tid|t\.i\.d\.?|tds)(?!\w)", 3.0),
        (r"\b(?:four\s+times|4\s+times)[\s-]+(?:a\s+day|daily|per\s+day)|\b(?:qid|q\.i\.d\.?|qds)(?!\w)", 4.0),
        (rf"\b(?P<times>{_TIMES})\s+times\s+{_DAY}", None),
        (
            r"\b(?P<times>\d)\s*(?:x|×)\s*(?:/|a|per)?\s*(?:day|daily|d)\b|\b(?:x|×)\s*(?P<x>\d)\s*(?:/\s*day|daily)\b",
            None,
        ),
        (r"(?<![\w/])(?P<times>[1-6])\s*/\s*(?:day|d)\b", None),
        (r"\b(?:every|q)\s*(?P<hourly>four|six|eight|twelve)\s+hours?\b", None),
        (r"\b(?:every|each|on)\s+(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bq\s*(?:week|wk)(?:ly)?\b", 1 / 7),
        (r"\b(?:every|q)\s*(?P<low>\d+)(?:\s*(?:-|–|to)\s*(?P<high>\d+))?\s*(?:h|hr|hrs|hours?|hourly)\b", None),
        (r"\b(?:every|q)\s*(?P<minutes>\d+)(?:\s*(?:-|–|to)\s*\d+)?\s*min\w*", None),
        (r"\b(?P<hourly>\d+|four|six|eight|twelve)[\s-]+hourly\b", None),
        (r"\b(?:hourly|every\s+hour)\b", 24.0),
        (r"\bonce\s+(?:a\s+day|daily|per\s+day)|\bonce[\s-]daily|\b(?:od|qd|o\.d\.|q\.d\.)(?!\w)", 1.0),
        (
            r"\b(?:nightly|at\s+bedtime|at\s+night|qhs|hs|nocte|in\s+the\s+(?:morning|evening)|each\s+(?:morning"
            r"|evening|night))\b",
            1.0,
        ),
        (r"\b(?:daily|a\s+day|per\s+day|each\s+day|every\s+day)\b|/\s*day\b", 1.0),
    )
)
AMOUNT = re.compile(
    rf"(?:{_NUMBER}|\d+,\d{{1,3}})(?:\s?[-–/]\s?(?:{_NUMBER}))*+\s?(?:{_UNIT}|%)(?![A-Za-z])(?!\s?/\s?d?[lL]\b)"
    r"(?:\s?/\s?(?:kg|ml|hr?|hour|day|d|dose|week|puff|actuation|inh|m2|min)\b){0,3}",
    re.IGNORECASE,
)
"""An amount of a drug as directions write it, decimal comma and combination strengths included."""
OFTEN = re.compile(
    "|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern) for pattern, _ in _FREQUENCIES), re.IGNORECASE
)
"""How often, wherever it stands."""
_HOURLY_WORDS = {"four": 4, "six": 6, "eight": 8, "twelve": 12}
_MAXIMUM = re.compile(
    r"(?:max(?:imum|\.)?|up\s+to|not\s+(?:to\s+)?exceed(?:ing)?|no\s+more\s+than|at\s+most|not\s+more\s+than"
    r"|do\s+not\s+exceed|ceiling|limit\w*(?:\s+to)?|never\s+exceed)"
    r"(?:\s+(?:of|is|the|a|total|daily|dose|single|usual|recommended|adult|to|per|day)|\s*[:(=])*\s*$",
    re.IGNORECASE,
)
_THRESHOLD = re.compile(r"(?:>|≥|<|≤|above|over|below|under|than|exceed\w*|more than|less than)\s*$", re.IGNORECASE)
_MOST_DOSES = re.compile(
    r"(?:max\w*|up to|no more than)[^.;]{0,20}?(?P<n>\d+)\s+doses\s+(?:in|per|a|every)", re.IGNORECASE
)
_DURATION = re.compile(
    r"\b(?:for|x|×|over)\s+(?:a\s+(?:total\s+of|further)\s+)?(?P<n>\d+|one|two|three|four|five|six)(?:\s*(?:-|–"
    r"|to)\s*(?P<high>\d+))?[\s-]*(?P<unit>day|week|month)s?\b"
    r"|\b(?P<n2>\d+)-(?P<unit2>day|week|month)\s+course",
    re.IGNORECASE,
)
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.0}

Per = Literal["dose", "day", "week", "hour"]


@dataclass(frozen=True, slots=True)
class Dose:
    """An amount from ``low`` to ``high`` of ``unit`` (mg, unit, mmol or mL) at ``text[start:end]``.

    ``per`` says whether that is one dose or a day's (week's, hour's) total; ``frequency`` is in doses a day;
    ``parts`` holds the amounts of a combination product ("875/125 mg"), first included.
    """

    text: str
    start: int
    end: int
    low: float
    high: float
    unit: str
    per: Per = "dose"
    per_kg: bool = False
    per_m2: bool = False
    maximum: bool = False
    threshold: bool = False
    frequency: float | None = None
    as_needed: bool = False
    once: bool = False
    duration_days: float | None = None
    parts: tuple[float, ...] = ()

    @property
    def daily(self) -> float | None:
        """The largest amount a day it allows, or None where the text does not say."""
        if self.per == "day":
            return self.high
        if self.per == "week":
            return self.high / 7
        if self.per == "hour":
            return self.high * 24
        if self.frequency is not None:
            return self.high * self.frequency
        return None


def doses(text: str) -> list[Dose]:
    """Every dose in ``text``, in order; laboratory values and concentrations (per dL, per L, per mL) are none."""
    plain, strength = without_strengths(text)
    matches = [match for match in _DOSE.finditer(plain) if not _is_measurement(match)]
    found = []
    for position, match in enumerate(matches):
        following = matches[position + 1].start() if position + 1 < len(matches) else len(plain)
        found.append(_in_mass(_dose(plain, match, following), strength))
    return found


def _in_mass(dose: Dose, strength: Strength | None) -> Dose:
    """A volume as the amount of drug in it, where the text gives the strength."""
    if strength is None or dose.unit != "mL":
        return dose
    unit, factor = _TO_CANONICAL[_singular_unit(strength.unit)]
    amount = strength.amount * factor
    return replace(dose, low=dose.low * amount, high=dose.high * amount, unit=unit)


def _is_measurement(match: re.Match[str]) -> bool:
    """A concentration (per dL, L, mL) or a clearance (mL/min)."""
    per = match["per"] or ""
    return bool(_CONCENTRATION.search(per) or _CLEARANCE.search(match[0]))


def frequency(text: str) -> float | None:
    """The first frequency in ``text``, in doses a day ("every 8 hours" is 3, "once weekly" is 1/7)."""
    if not text.strip():
        return None
    best: tuple[int, float | None] | None = None
    for pattern, value in _FREQUENCIES:
        match = pattern.search(text)
        if match and (best is None or match.start() < best[0]):
            best = (match.start(), value if value is not None else _counted(match))
    return best[1] if best else None


def _dose(text: str, match: re.Match[str], following: int) -> Dose:
    unit, factor = _TO_CANONICAL[_singular_unit(match["unit"])]
    count = _number(match["count"]) if match["count"] else 1.0
    if unit == "mg" and count == 1.0:
        count = tablets(text[max(0, match.start() - 60) : match.start()], text[match.end() : following])
    low = _number(match["low"]) * factor * count
    high = _number(match["high"]) * factor * count if match["high"] else low
    per, per_kg, per_m2 = _per(match)
    before = text[max(0, match.start() - 60) : match.start()]
    after = re.split(r"[.;](?:\s|$)", text[match.end() : following], maxsplit=1)[0]
    often = frequency(after)
    if often is not None and (cap := _MOST_DOSES.search(after)):
        often = min(often, float(cap["n"]))
    if often is not None and (most := most_tablets(after)):
        often = min(often, most / count)
    slash = re.findall(_NUMBER, match["slash"] or "")
    if per == "dose" and re.search(
        r"daily\s+dose\s*(?:of|is|:)?\s*$|total\s+daily\s*(?:of)?\s*$|per\s+day\s*(?:of)?\s*$", before, re.IGNORECASE
    ):
        per = "day"
    if per == "dose" and re.search(
        r"\bin\s+(?:\w+\s+)?divided\s+doses|\bdaily\b[^.;]{0,20}\bin\s+(?:\w+\s+(?:or|to)\s+)?\w+\s+doses"
        r"|\bdivided\s+(?:in|into)",
        after,
        re.IGNORECASE,
    ):
        per = "day" if often in (None, 1.0) or re.match(r"\s*(?:/day|per day|daily|a day)?", after) else per
    maximum = bool(_MAXIMUM.search(before)) or bool(
        re.match(r"\s*(?:\([^)]*)?(?:max(?:imum)?)\b", after, re.IGNORECASE)
    )
    if maximum and per == "dose" and often == 1.0:
        per = "day"
    return Dose(
        text=match[0].strip(),
        start=match.start(),
        end=match.end(),
        low=min(low, high),
        high=max(low, high),
        unit=unit,
        per=per,
        per_kg=per_kg,
        per_m2=per_m2,
        maximum=maximum,
        threshold=bool(_THRESHOLD.search(before)) and not _MAXIMUM.search(before),
        frequency=often,
        as_needed=bool(
            re.search(r"\b(?:as needed|when needed|prn|p\.r\.n\.|as required|when required)\b", after, re.IGNORECASE)
        ),
        once=bool(
            re.search(
                r"\b(?:single dose|stat|one dose|one-time|as a single|once only|once(?!\s*(?:a|per|daily|weekly|every"
                r"|-))|bolus|loading)\b",
                after + " " + before[-25:],
                re.IGNORECASE,
            )
        ),
        duration_days=_duration(after),
        parts=tuple(_number(part) * factor for part in (match["low"], *slash)) if slash else (),
    )


def _singular_unit(unit: str) -> str:
    lower = unit.lower()
    return lower[:-1] if len(lower) > 3 and lower.endswith("s") else lower


def _number(text: str) -> float:
    word = text.lower()
    return _WORDS[word] if word in _WORDS else float(re.sub(r"[,\u202f ]", "", word))


def _per(match: re.Match[str]) -> tuple[Per, bool, bool]:
    per = (match["per"] or "").lower()
    kg = "kg" in per or "kilogram" in per
    m2 = "m2" in per or "m²" in per
    if match["daily"] or re.search(r"day|24\s*h|/\s*d\b", per):
        return "day", kg, m2
    if re.search(r"week|wk", per):
        return "week", kg, m2
    if re.search(r"(?:hour|hr|\bh|min\w*)\b", per):
        return "hour", kg, m2
    return "dose", kg, m2


def _counted(match: re.Match[str]) -> float | None:
    """Doses a day of a pattern with a number in it, by the shortest interval of a range; None within the hour."""
    groups = match.groupdict()
    if times := groups.get("times") or groups.get("x"):
        return _number(times)
    if groups.get("minutes"):
        return None
    hours = groups.get("low") or groups.get("hourly") or "24"
    return 24 / float(_HOURLY_WORDS.get(hours.lower(), 0) or hours)


def _duration(text: str) -> float | None:
    match = _DURATION.search(text)
    if not match:
        return None
    number = match["high"] or match["n"] or match["n2"]
    unit = (match["unit"] or match["unit2"]).lower()
    return _number(number) * _DAYS[unit]
