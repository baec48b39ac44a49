"""How often a dose is given, in doses a day ("every 8 hours" is 3, "once weekly" is 1/7)."""

from __future__ import annotations

import re

from medrag.reading.dosing.numbers import WORD, number
from medrag.reading.expressions import Expression

_TIMES = rf"\d{{1,2}}|{WORD}|once|twice|thrice"
_ORDINALS = {
    "other": 2.0,
    "alternate": 2.0,
    "second": 2.0,
    "2nd": 2.0,
    "third": 3.0,
    "3rd": 3.0,
    "fourth": 4.0,
    "4th": 4.0,
}
_EVERY = rf"\d{{1,2}}(?:\.\d)?|{WORD}|{'|'.join(_ORDINALS)}"
_TO = r"\s*(?:-|–|—|to|or)\s*"
_DAY = r"(?:a\s+day|per\s+day|each\s+day|every\s+day|daily|/\s*day|(?:per|in|every)\s+(?:24\s+hours|1\s*d\b))"
_WEEKDAY = r"mon(?:days?)?"
_WEEKDAYS = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs|r)?|fri|sat(?:ur)?|sun)(?:days?)?"
_AND = r"\s*(?:,\s*and\b|,|/|&|\+|\band\b)\s*(?:on\s+)?"
_CLOCK = r"(?:\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m\b\.?|\d{1,2}[:.]\d\d(?:\s?h)?\b|(?:12\s?)?(?:noon|midnight))"
_SAID_CLOCK = r"(?:\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m\b\.?|\d{1,2}:\d\d\b|(?:12\s?)?(?:noon|midnight))"
"""A time that nothing before it need tell to be one."""
_WHEN = {
    "morning": r"(?<!this )(?<!tomorrow )(?<!yesterday )mornings?|mane|q\s?am|(?<!I )am|a\.m\.|breakfast|om",
    "noon": r"mid-?day|(?<!after)noon|lunch(?:-?time)?",
    "afternoon": r"tea-?time|(?:(?<=, )|(?<=\bat )|(?<=\band )|(?<=\bafter )|(?<=\bbefore ))tea|afternoon",
    "evening": r"(?<!this )evening(?:s| meal)?|dinner|supper|q\s?pm|pm|p\.m\.",
    "night": r"night(?:ly|s|-?time)?|nocte|bed(?!-?(?:bound|ridden|rest|side))(?:-?time)?|(?<=before )sleep|qhs|hs",
}
_TIME = rf"(?:(?:at|in|with|before|after|each|every|the|one|1)\s+){{0,3}}(?:{'|'.join(_WHEN.values())})(?!\w)"
_AT_TIMES = Expression(rf"\b{_TIME}(?:(?:{_AND}|\s+){_TIME})*")
_TIME_NAMES = tuple((name, re.compile(rf"\b(?:{words})(?!\w)", re.IGNORECASE)) for name, words in _WHEN.items())
_LATIN_NIGHT = re.compile(
    r"\s*(?:(?:tab(?:let)?s?|caps?(?:ules?)?|po)\s+)*on(?=\s*(?:$|[,.;)&+]|and\b|for\s+\d))", re.IGNORECASE
)
"""Directly after a dose "on" is *omni nocte*; elsewhere it is a preposition."""
_FREQUENCIES: tuple[tuple[re.Pattern[str], float | None], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), value)
    for pattern, value in (
        (r"\b(?:alternate\s+days?|alternating\s+days|qod|q\.o\.d\.?|eod)(?!\w)", 0.5),
        (r"\b(?:twice|two\s+times)[\s-]+(?:a\s+week|weekly|per\s+week|each\s+week)\b", 2 / 7),
        (r"\b(?:three\s+times|thrice)[\s-]+(?:a\s+week|weekly|per\s+week|each\s+week)\b", 3 / 7),
        (
            r"\b(?:once\s+a\s+week|once[\s-]+weekly|weekly|wkly|per\s+week|one\s+day\s+(?:a"
            r"|per)\s+week)\b",
            1 / 7,
        ),
        (r"\bfortnightly|(?:(?<!for )(?<!in )(?<!within )(?<!after )\ba|every|each|per)\s+fortnight\b", 1 / 14),
        (r"\b(?:once\s+a\s+month|monthly|per\s+month)\b", 1 / 30),
        (r"\b(?:quarterly|every\s+quarter)\b", 1 / 90),
        (r"\b(?:once\s+(?:a|per)\s+year|once[\s-]+yearly|yearly|annually)\b", 1 / 365),
        (
            rf"\b(?P<count>once|twice|thrice|(?:{_TIMES})(?=[\s-]+times))(?:[\s-]+times)?[\s-]+(?:(?:a|per|each)[\s-]+)?(?P<span>months?|years?)(?:ly)?\b",
            None,
        ),
        (
            r"\b(?:twice|two\s+times)[\s-]+(?:a\s+day|daily|per\s+day|each\s+day)|\b(?:bid|b\.i\.d\.?|bds?|b\.d\.?s?\.?)(?!\w)",
            2.0,
        ),
        (
            r"\b(?:three\s+times|thrice|3\s+times)[\s-]+(?:a\s+day|daily|per\s+day)|\b(?:tid|t\.i\.d\.?|tds|t\.d\.s\.?)(?!\w)",
            3.0,
        ),
        (
            r"\b(?:four\s+times|4\s+times)[\s-]+(?:a\s+day|daily|per\s+day)|\b(?:qid|q\.i\.d\.?|qds|q\.d\.s\.?)(?!\w)",
            4.0,
        ),
        (rf"\b(?P<times>{_TIMES})[\s-]+(?:times|doses|feeds|meals|snacks|of\s+(?:these|them|those))[\s-]*{_DAY}", None),
        (
            rf"\b(?P<count>(?:{_TIMES})(?=\s*(?:time|dose))|once|twice|thrice)(?:\s*(?:time\(s\)|times?|doses?))?\s+every\s+(?:(?P<period>{_TIMES})\s*)?"
            r"(?P<span>min(?:ute)?s?|h(?:our|r)?s?|d(?:ay)?s?|wk|weeks?|mo|months?|a|years?)(?![\w)])",
            None,
        ),
        (rf"\b(?P<weekly>{_TIMES})\s*(?:x|×|times)?\s*/\s*(?:week|wk)\b", None),
        (rf"\b(?P<weekly>{_TIMES})\s+days\s+(?:a|per|each|every)\s+week\b", None),
        (rf"\bat\s+(?P<clock>{_CLOCK}(?:{_AND}(?:at\s+)?{_CLOCK})*)(?!\s*(?:mg|mcg|g|ml|units?|%)\b)", None),
        (rf"\b(?P<clock>{_SAID_CLOCK}(?:{_AND}(?:at\s+)?{_SAID_CLOCK})+)", None),
        (rf"\bat\s+(?P<hours>\d{{1,2}}(?:{_AND}\d{{1,2}})+)\s*(?:h|hrs?|hours|o.?clock)(?!\w)", None),
        (
            rf"\b(?P<times>{_TIMES})[\s-]+(?:more\s+)?(?:times|doses)\s+(?:(?:during|over|through(?:out)?|across|in|within)\s+"
            r"(?:the|a|one|each)\s+(?:whole\s+|same\s+)?day\b|between\s+\w+\s+and\s+(?:bed|sleep|night|supper|dinner)\w*)",
            None,
        ),
        (
            rf"\b(?:with|before|after|at)\s+(?:each|every|all)(?:\s+one)?(?:\s+of)?(?:\s+(?:his|her|their|your|the))?"
            rf"\s+(?P<times>{_TIMES})\s+(?:(?:daily|main|small)\s+)*(?:meals|feeds|snacks|doses)\b",
            None,
        ),
        (rf"\bintervals\s+of\s+(?P<n>{_EVERY})(?:{_TO}(?:{_EVERY}))?\s*(?P<unit>hour|hr|day|week|month)s?\b", None),
        (rf"\b(?P<n>{_EVERY})[\s-]*(?P<unit>hour|hr|day|week|month)(?:ly)?\s+intervals\b", None),
        (rf"\b(?P<weekly>{_TIMES})[\s-]+times?[\s-]+(?:a\s+week|weekly|per\s+week|each\s+week)\b", None),
        (
            r"\b(?P<times>\d)\s*(?:x|×)\s*(?:/|a|per)?\s*(?:day|daily|d)\b|\b(?:x|×)\s*(?P<x>\d)\s*(?:/\s*day|daily)\b",
            None,
        ),
        (r"(?<![\w/])(?P<times>[1-6])\s*/\s*(?:day|d)\b", None),
        (rf"\bq\s*(?:week|wk)(?:ly)?\b|\b(?:every|each|on)\s+{_WEEKDAYS}\b(?!{_AND}{_WEEKDAYS}\b)", 1 / 7),
        (rf"\b(?:(?:every|each|on)\s+)?(?P<weekdays>{_WEEKDAYS}(?:{_AND}{_WEEKDAYS}){{1,6}})\b", None),
        (
            rf"(?:\b(?:every|each|q)\.?\s*|^\s*/\s*(?=\d))(?:(?P<n>{_EVERY})(?:{_TO}(?:{_EVERY}))?\s*)?"
            r"(?P<unit>min(?:ute)?s?|h(?:(?:ou)?rs?)?\.?|hourly|d(?:ays?)?|w(?:ee)?ks?|mo(?:nths?)?|y(?:ea)?rs?)(?!\w)",
            None,
        ),
        (r"\bq\s?(?P<n>4|6|8|12|24)(?P<unit>)(?![\w.])|(?<![\d/])(?P<low>4|6|8|12)(?:/24\b|\s?°)", None),
        (rf"\b(?:every\s+)?(?P<n>{_EVERY})(?:{_TO}(?:{_EVERY}))?[\s-]*(?P<unit>hour|hr|week|wk|month)ly\b", None),
        (r"\bhourly\b", 24.0),
        (rf"\b{_WEEKDAY}\s*(?:to|through|till|until|-|–)\s*fri(?:days?)?\b|\bon\s+weekdays\b", 5 / 7),
        (rf"\b{_WEEKDAY}\s*(?:to|through|till|until|-|–)\s*(?:sat(?:urdays?)?|sun(?:days?)?)\b", 1.0),
        (
            r"\b(?:with|before|after|at)\s+(?:each|every|all\s+(?:three\s+)?)\s*(?:main\s+)?meals?\b",
            3.0,
        ),
        (r"(?<![\d/.-])(?P<grid>[0-4](?:-[0-4]){2,6})(?![\d/-])", None),
        (r"\bonce\s+(?:a\s+day|daily|per\s+day)|\bonce[\s-]daily|\b(?:od|qd|o\.d\.?|q\.d\.?)(?!\w)", 1.0),
        (rf"(?P<at>{_AT_TIMES.pattern})", None),
        (r"\b(?:daily|a\s+day|per\s+day|each\s+day|every\s+day)\b|/\s*day\b", 1.0),
    )
)

OFTEN = Expression("|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern) for pattern, _ in _FREQUENCIES))
"""How often, wherever it stands."""


_NEXT = Expression(rf"\s*,?\s*(?:(?:and\s+)?then|(?:increas|ris)\w+\s+to|up\s+to|to|or)\s+(?={OFTEN.pattern})")
"""Before the frequency that comes after another ("od then bd")."""


LONGEST = 40
"""Characters of a frequency that comes after another."""


def frequency(text: str) -> float | None:
    """The first frequency in ``text``, in doses a day; of several in a row ("od then bd") the highest."""
    if not text.strip():
        return None
    if _LATIN_NIGHT.match(text):
        return 1.0
    found = _first(text)
    if found is None:
        return None
    often, end = found
    following = _NEXT.match(text, end)
    later = frequency(text[following.end() : following.end() + LONGEST]) if following else None
    return max(often, later) if often is not None and later is not None else often


def _first(text: str) -> tuple[float | None, int] | None:
    best: tuple[int, float | None, int] | None = None
    for pattern, value in _FREQUENCIES:
        match = pattern.search(text)
        if match and (best is None or match.start() < best[0]):
            best = (match.start(), value if value is not None else _counted(match), match.end())
    return best[1:] if best else None


def times_of_day(text: str) -> frozenset[str]:
    """The times of day that ``text`` begins to name ("mane and nocte"): morning, noon, afternoon, evening, night."""
    if _LATIN_NIGHT.match(text):
        return frozenset({"night"})
    match = _AT_TIMES.search(text)
    return frozenset(name for name, said in _TIME_NAMES if match and said.search(match[0]))


_SPAN_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "mo": 30.0, "a": 365.0, "y": 365.0}


def _counted(match: re.Match[str]) -> float | None:  # noqa: PLR0911 (one for each way to say it)
    """Doses a day of a pattern with a number in it, by the shortest interval of a range; None within the hour."""
    groups = match.groupdict()
    if groups.get("at"):
        return float(len(times_of_day(groups["at"]))) or None
    if groups.get("clock"):
        return float(len(re.findall(_CLOCK, groups["clock"], re.IGNORECASE)))
    if groups.get("span"):
        span = groups["span"].lower()
        return None if span.startswith("min") else _of_period(groups["count"], groups.get("period") or "1", span)
    if times := groups.get("times") or groups.get("x"):
        return number(times)
    if hours := groups.get("hours"):
        return float(len(re.findall(r"\d+", hours)))
    if grid := groups.get("grid"):
        return float(sum(map(int, grid.split("-")))) or None
    if weekly := groups.get("weekly"):
        return number(weekly) / 7
    if weekdays := groups.get("weekdays"):
        return len(set(re.findall(r"(?:mon|tue|wed|thu|fri|sat|sun)", weekdays.lower()))) / 7
    if low := groups.get("low"):
        return 24 / number(low)
    return _of_interval(groups.get("n") or "1", (groups.get("unit") or "h").lower())


def _of_interval(written: str, unit: str) -> float | None:
    """Doses a day of one every so many hours, days, weeks, months or years."""
    count = _ORDINALS.get(written.lower()) or number(written)
    days = next((days for name, days in _SPAN_DAYS.items() if unit.startswith(name)), None)
    return 1 / (count * days) if days and count else None


def _of_period(count: str, period: str, span: str) -> float:
    """Doses a day of so many each period, as FHIR's timing says it ("2 time(s) every 1 d")."""
    days = next(days for unit, days in _SPAN_DAYS.items() if span.startswith(unit))
    return number(count) / (number(period) * days)
