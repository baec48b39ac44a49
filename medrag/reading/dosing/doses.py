"""Doses in text: amount, unit, per what, how often, for how long."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import Literal

from medrag.reading.dosing.bounds import is_maximum, is_raised_to, is_threshold, most_doses, most_tablets
from medrag.reading.dosing.carriers import is_carrier, running
from medrag.reading.dosing.counts import A_DAY, COUNT, FORM, Tablets, tablets
from medrag.reading.dosing.duration import duration
from medrag.reading.dosing.frequency import OFTEN, frequency, times_of_day
from medrag.reading.dosing.mixtures import ALL_DAY, run_together
from medrag.reading.dosing.multiples import exposures
from medrag.reading.dosing.numbers import NUMBER, number
from medrag.reading.dosing.strengths import Strength, without_strengths
from medrag.reading.dosing.units import ELEMENTAL, EXPOSURE, UNIT, canonical, elemental
from medrag.reading.expressions import Expression
from medrag.reading.languages import pattern

_DOSE = Expression(
    rf"(?:(?<![\w.,/])(?P<count>{COUNT})\s*(?:x|×|(?:{FORM})\s+(?:of\s+)?|(?:\s+of\s+(?:the|these|those|your|his|her))?(?=\s[\d.]+\s*(?:mg|g|mcg)\s+(?:[a-z-]+\s+)?(?:tab|cap)))\s*)?"
    rf"(?:(?<![\w.,])|(?<=\d[x×]))(?P<low>{NUMBER}|(?:half\s+)?an?(?=\s+gram)|\ban?\s+(?:hundred|thousand)(?=\s))(?:\s*(?P<low_unit>{UNIT})?\s*(?:-|–|—|to|or)\s*(?P<high>{NUMBER}))?"
    rf"(?P<slash>(?:\s*(?:{UNIT})?\s*/\s*(?:{NUMBER})){{1,3}}(?=\s*(?:{UNIT})\b))?"
    rf"[\s-]*(?P<unit>{UNIT})(?![A-Za-z])(?!\s+of\s+(?:blood|packed|red|plasma|platelets|alcohol))"
    rf"(?P<per>(?:\s*(?:/|per|a|each)\s*(?:kg|kilo(?:gram)?|m2|m²|day|24\s*h(?:ours?)?|d|dose|hour|hr|h|min|minute|week|wk"
    rf"|month|dl|l|g|ml|mmol|lit(?:er|re)|decilit(?:er|re)|actuation|puff)\b)*)"
    rf"(?P<daily>\s*(?:total\s+)?(?:daily\s+dose|in\s+(?:\w+\s+)?divided\s+doses))?"
)
_COMBINED = Expression(
    rf"(?<![\w/.,])(?!1/[234]\b|3/4\b)(?P<low>\d+(?:\.\d+)?)(?P<slash>(?:/\d+(?:\.\d+)?){{1,2}})(?![\d/%])"
    rf"(?=\s*,?\s*(?:(?:{COUNT})\s+)?{FORM}(?!\w)|\s*[,:]?\s+(?:(?:{COUNT})\s*)?(?:{OFTEN.pattern}|{A_DAY}))"
    r"(?P<count>(?!))?(?P<high>(?!))?(?P<low_unit>(?!))?(?P<unit>)(?P<per>)(?P<daily>(?!))?"
)
"""The strengths of a combination without their unit, before a count or how often: "5/325 two tablets"."""
_PRESSURE = re.compile(r"\b(?:bp|pressure|target|vision|acuity)\b[^.;]{0,25}$", re.IGNORECASE)
_OVER = Expression(
    r"(?:[^.;]{0,60}?\bover|\s*(?:(?:iv|i\.v\.|intravenous(?:ly)?|as a bolus|into (?:a|the) vein)\s+)?(?:in|within))\s+"
    rf"(?:a\s+period\s+of\s+|at\s+least\s+|about\s+|just\s+)?(?:\d+\s*(?:-|–|to)\s*)?(?P<n>(?:{NUMBER})(?:\s+and\s+a\s+half)?|an?)\s*"
    r"(?P<unit>min(?:ute)?s?|h(?:ou)?rs?|h|seconds?|secs?)\b(?P<half>\s+and\s+a\s+half\b)?"
)
_DILUTED = re.compile(r"\b(?:in|diluted (?:in|to|with)|made up to)\s+(?:an?\s+|about\s+)?$", re.IGNORECASE)
_FLUID = re.compile(
    r"\s+(?:of\s+)?(?:(?:iv|intravenous|warmed?|balanced|isotonic|sterile)\s+)*"
    r"(?:crystalloids?|colloids?|fluids?|hartmann|ringer|plasma-?lyte|water|compound sodium lactate)\b",
    re.IGNORECASE,
)
LONGEST_DILUTION = 20
"""Hours from which a dose that runs so long is a day's, and not one among others."""
_BOLUS = re.compile(r"(?<!\bno )(?<!\bnot )\b(?:bolus|push(?:ed)?|rapid(?:ly)?|fast(?!\w))", re.IGNORECASE)
_CONCENTRATION = re.compile(r"(?:/|per)\s*(?:dl|l|g|ml|mmol|lit(?:er|re)|decilit(?:er|re))\b", re.IGNORECASE)
_CLEARANCE = re.compile(r"m(?:l|illilit\w+)\s*(?:/|per)\s*min", re.IGNORECASE)
AMOUNT = Expression(
    rf"(?:{NUMBER})(?:\s?[-–/]\s?(?:{NUMBER}))*+\s?(?:{UNIT}|%)(?![A-Za-z])(?!\s?/\s?d?[lL]\b)"
    r"(?:\s?/\s?(?:kg|ml|hr?|hour|day|d|dose|week|puff|actuation|inh|m2|min)\b){0,3}"
)
"""An amount of a drug as directions write it, decimal comma and combination strengths included."""
_BEFORE = Expression(
    rf"(?<![\d.] )(?P<often>{OFTEN.pattern})[,:]?\s+(?:(?!(?:and|or|then|plus|with)\b)[a-z]+(?:-[a-z]+)*\s+){{0,2}}$"
)
"""How often, before the one dose of the text ("twice daily apixaban 5 mg", "once a week take 10 mg")."""
_PUFFED = Expression(rf"\s*,?\s*(?:(?:{COUNT})\s+)?(?:puff|inhal|actuat|spray)")
"""What is inhaled is in micrograms where a combination's strengths have no unit ("200/6 two puffs")."""
_UNITLESS = Expression(rf"\s+(?P<low>\d{{1,4}}(?:\.\d+)?)(?=\s+(?:patch(?:es)?\b|{OFTEN.pattern}))")
_ASIDE = re.compile(r"\s*\([^()]{1,40}\)")
"""What explains an amount ("12.5 mg (five 2.5 mg tablets) once a week")."""
_CLAUSE_END = re.compile(r"(?<!\b[a-zA-Z])[.;](?:\s|$)")
_DAILY_BEFORE = re.compile(
    r"daily\s+dose\s*(?:of|is|:)?\s*$|total\s+daily\s*(?:of)?\s*$|per\s+day\s*(?:of)?\s*$", re.IGNORECASE
)
_DIVIDED = re.compile(
    r"\bin\s+(?:\w+\s+)?divided\s+doses|\bdaily\b[^.;]{0,20}\bin\s+(?:\w+\s+(?:or|to)\s+)?\w+\s+doses"
    r"|\bdivided\s+(?:in|into)",
    re.IGNORECASE,
)
_AS_NEEDED = re.compile(r"\b(?:as needed|when needed|prn|p\.r\.n\.|as required|when required)\b", re.IGNORECASE)
_ONCE = re.compile(
    r"\b(?:single dose|stat|one dose|one-time|as a single|once only|once(?!\s*(?:a|per|daily|weekly|every"
    r"|-))|bolus|loading)\b",
    re.IGNORECASE,
)
Per = Literal["dose", "day", "week", "hour", "minute"]


@dataclass(frozen=True, slots=True)
class Dose:
    """An amount from ``low`` to ``high`` of ``unit`` at ``text[start:end]``: mg (elemental), unit, mmol, mL, AUC or "".

    ``per`` says whether that is one dose or a day's (week's, hour's) total; ``frequency`` is in doses a day;
    ``parts`` holds the amounts of a combination product ("875/125 mg"), first included. ``over_hours`` is how long one
    dose runs; ``bolus`` says that it is pushed in, ``raised`` that a lower dose before it is to be raised to it.
    ``threshold`` is an amount that another is compared with or changed by, or that a bag holds; ``at`` are the times of
    day it is given.
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
    over_hours: float | None = None
    bolus: bool = False
    raised: bool = False
    at: frozenset[str] = frozenset()

    @property
    def daily(self) -> float | None:
        """The largest amount a day it allows, or None where the text does not say."""
        if self.per == "day":
            return self.high
        if self.per == "week":
            return self.high / 7
        if self.per == "hour":
            return self.high * 24
        if self.frequency is not None and self.per == "dose":
            return self.high * self.frequency
        if self.over_hours is not None and self.over_hours >= ALL_DAY:
            return self.high * 24 / self.over_hours
        return None

    @property
    def hourly(self) -> float | None:
        """The amount an hour of a continuous infusion."""
        return {"hour": self.high, "minute": self.high * 60}.get(self.per)


def doses(text: str) -> list[Dose]:
    """Every dose in ``text``, in order; laboratory values and concentrations (per dL, per L, per mL) are none."""
    plain, strength = without_strengths(text)
    matches = [match for match in _DOSE.finditer(plain) if not _is_measurement(match)]
    matches += [match for match in _COMBINED.finditer(plain) if not _PRESSURE.search(plain, 0, match.start())]
    fluids = [match for match in matches if _is_diluent(match)]
    matches = [match for match in matches if match not in fluids]
    matches.sort(key=lambda match: match.start())
    starts = [*(match.start() for match in matches), len(plain)]
    found = []
    for position, match in enumerate(matches, start=1):
        aside = _ASIDE.match(plain, match.end())
        following = starts[bisect_left(starts, aside.end() if aside else match.end(), position, len(matches))]
        found.append(_in_mass(_dose(plain, match, following, alone=len(matches) == 1), strength))
    found += [_exposed(plain, dose, starts) for dose in exposures(plain)]
    return running(run_together(plain, sorted(found, key=lambda dose: dose.start)), fluids)


def _exposed(text: str, match: re.Match[str], starts: list[int]) -> Dose:
    following = next(place for place in starts if place >= match.end())
    after = _CLAUSE_END.split(text[match.end() : following], maxsplit=1)[0]
    amounts = [number(match[name]) for name in ("amount", "high", "ahead") if match[name]]
    often, days = frequency(after), duration(after)
    return Dose(match[0], *match.span(), min(amounts), max(amounts), EXPOSURE, frequency=often, duration_days=days)


def unitless(text: str, end: int, *, single: bool) -> Dose | None:
    """The number without a unit that stands after a drug's name like a dose ("500 qds", "two of the 500s").

    After the name of a combination, which is not ``single``, it may be part of the brand ("Microgynon 30").
    """
    match = _UNITLESS.match(text, end) or (single and pattern("manners", "bare_amount").match(text, end)) or None
    if match is None or OFTEN.match(text, match.start("low")):
        return None
    amount, place = number(match["low"]), (match.start("low"), match.end("low"))
    return Dose(match["low"], *place, amount, amount, "", frequency=frequency(text[match.end() : match.end() + 60]))


def _is_diluent(match: re.Match[str]) -> bool:
    """The volume that a drug is given in, or of a fluid beside it ("40 mmol in 100 mL"): no dose of it."""
    if canonical(match["unit"])[0] != "mL":
        return False
    before = match.string[max(0, match.start() - LONGEST_DILUTION) : match.start()]
    if _DILUTED.search(before) or _FLUID.match(match.string, match.end()):
        return True
    return is_carrier(match.string, *match.span())


def _in_mass(dose: Dose, strength: Strength | None) -> Dose:
    """A volume as the amount of drug in it, where the text gives the strength."""
    if strength is None or dose.unit != "mL":
        return dose
    unit, factor = canonical(strength.unit)
    amount = strength.amount * factor
    return replace(dose, low=dose.low * amount, high=dose.high * amount, unit=unit)


def _is_measurement(match: re.Match[str]) -> bool:
    """A concentration (per dL, L, mL) or a clearance (mL/min)."""
    per = match["per"] or ""
    return bool(_CONCENTRATION.search(per) or _CLEARANCE.search(match[0]))


def _dose(text: str, match: re.Match[str], following: int, *, alone: bool) -> Dose:
    unit, factor = canonical(match["unit"])
    if not match["unit"] and _PUFFED.match(text, match.end()):
        factor = canonical("mcg")[1]
    counted = Tablets(number(match["count"])) if match["count"] else Tablets()
    if unit in ("mg", "unit", "mmol") and counted.count == 1.0:
        around = text[max(0, match.start() - 60) : match.start()], text[match.end() : following]
        counted = tablets(*around, match["per"] or "")
    count = counted.count
    low_factor = canonical(match["low_unit"] or match["unit"])[1]
    low = number(match["low"]) * (low_factor if match["high"] else factor) * count
    high = number(match["high"]) * factor * count if match["high"] else low
    per, per_kg, per_m2 = _per(match)
    before = text[max(0, match.start() - 60) : match.start()]
    after = _CLAUSE_END.split(text[match.end() : following], maxsplit=1)[0]
    if aside := _ASIDE.match(after):
        after = after[aside.end() :]
    often = frequency(after)
    if often is None and alone and (said := _BEFORE.search(before)):
        often = frequency(said["often"])
    if often is not None and (cap := most_doses(after)):
        often = min(often, cap)
    if often is not None and (most := most_tablets(after)):
        often = min(often, most / count)
    slash = re.findall(NUMBER, match["slash"] or "")
    if per == "dose" and _DAILY_BEFORE.search(before):
        per = "day"
    if per == "dose" and (counted.a_day or _DIVIDED.search(after)):
        per = "day"
    if unit == "mg" and elemental(before, after, per_kg=per_kg):
        unit = ELEMENTAL
    maximum = is_maximum(before, after)
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
        threshold=is_threshold(before),
        frequency=often,
        as_needed=_AS_NEEDED.search(after) is not None,
        once=_ONCE.search(after + " " + before[-25:]) is not None,
        duration_days=duration(after),
        parts=tuple(number(part) * factor * count for part in (match["low"], *slash)) if slash else (),
        over_hours=_over(after),
        raised=is_raised_to(text, match.start()),
        at=times_of_day(after) if often is not None else frozenset(),
        bolus=bool(_BOLUS.search(before[-30:]) or _BOLUS.search(after[:40])),
    )


def _over(after: str) -> float | None:
    """Hours that one dose runs."""
    match = _OVER.match(after)
    if match is None:
        return None
    unit = match["unit"].lower()
    count = number(match["n"]) + (0.5 if match["half"] else 0.0)
    return count * (1.0 if unit.startswith("h") else 1 / 60 if unit.startswith("m") else 1 / 3600)


def _per(match: re.Match[str]) -> tuple[Per, bool, bool]:
    per = (match["per"] or "").lower()
    kg = "kg" in per or "kilo" in per
    m2 = "m2" in per or "m²" in per
    if match["daily"] or re.search(r"day|24\s*h|/\s*d\b", per):
        return "day", kg, m2
    if re.search(r"week|wk", per):
        return "week", kg, m2
    if re.search(r"min\w*\b", per):
        return "minute", kg, m2
    if re.search(r"(?:hour|hr|\bh)\b", per):
        return "hour", kg, m2
    return "dose", kg, m2
