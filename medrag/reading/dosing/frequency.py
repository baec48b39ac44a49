"""How often a dose is given, in doses a day ("every 8 hours" is 3, "once weekly" is 1/7)."""

from __future__ import annotations

import re

from medrag.reading.dosing.numbers import WORD, number

_TIMES = rf"\d{{1,2}}|{WORD}|once|twice|thrice"
_DAY = r"(?:a\s+day|per\s+day|each\s+day|every\s+day|daily|/\s*day|(?:per|in|every)\s+(?:24\s+hours|1\s*d\b))"
_WEEKDAY = r"mon(?:days?)?"
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
        (r"\b(?:quarterly|every\s+quarter)\b", 1 / 90),
        (r"\b(?:once\s+(?:a|per)\s+year|once[\s-]+yearly|yearly|annually|every\s+year)\b", 1 / 365),
        (rf"\bevery\s+(?P<months>{_TIMES})\s+months?\b", None),
        (
            r"\b(?:twice|two\s+times)[\s-]+(?:a\s+day|daily|per\s+day)|\b(?:bid|b\.i\.d\.?|bd|b\.d\.)(?!\w)"
            r"|\btwice\s+each\s+day",
            2.0,
        ),
        (r"\b(?:three\s+times|thrice|3\s+times)[\s-]+(?:a\s+day|daily|per\s+day)|\b(?:tid|t\.i\.d\.?|tds)(?!\w)", 3.0),
        (r"\b(?:four\s+times|4\s+times)[\s-]+(?:a\s+day|daily|per\s+day)|\b(?:qid|q\.i\.d\.?|qds)(?!\w)", 4.0),
        (rf"\b(?P<times>{_TIMES})[\s-]+times[\s-]+{_DAY}", None),
        (
            rf"\b(?P<count>(?:{_TIMES})(?=\s*(?:time|dose))|once|twice|thrice)(?:\s*(?:time\(s\)|times?|doses?))?\s+every\s+(?:(?P<period>{_TIMES})\s*)?"
            r"(?P<span>min(?:ute)?s?|h(?:our|r)?s?|d(?:ay)?s?|wk|weeks?|mo|months?|a|years?)(?![\w)])",
            None,
        ),
        (rf"\b(?:every|q)\s*(?P<days>{_TIMES})\s*d(?:ay)?s?\b", None),
        (rf"\b(?P<weekly>{_TIMES})[\s-]+times?[\s-]+(?:a\s+week|weekly|per\s+week|each\s+week)\b", None),
        (
            r"\b(?P<times>\d)\s*(?:x|×)\s*(?:/|a|per)?\s*(?:day|daily|d)\b|\b(?:x|×)\s*(?P<x>\d)\s*(?:/\s*day|daily)\b",
            None,
        ),
        (r"(?<![\w/])(?P<times>[1-6])\s*/\s*(?:day|d)\b", None),
        (rf"\b(?:every|q)\s*(?P<hourly>{WORD})(?:\s+(?:to|or)\s+(?:{WORD}))?\s+hours?\b", None),
        (
            r"\b(?:every|each|on)\s+(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
            r"(?!\s*(?:,|and|&)\s*(?:mon|tue|wed|thu|fri|sat|sun))|\bq\s*(?:week|wk)(?:ly)?\b",
            1 / 7,
        ),
        (r"\b(?:every|q)\s*(?P<low>\d+)(?:\s*(?:-|–|to)\s*(?P<high>\d+))?\s*(?:h|hr|hrs|hours?|hourly)\b", None),
        (r"\b(?:every|q)\s*(?P<minutes>\d+)(?:\s*(?:-|–|to)\s*\d+)?\s*min\w*", None),
        (rf"\b(?:every\s+)?(?P<hourly>\d+|{WORD})[\s-]+hourly\b", None),
        (r"\b(?:hourly|every\s+hour)\b", 24.0),
        (rf"\b{_WEEKDAY}\s*(?:to|through|till|until|-|–)\s*fri(?:days?)?\b|\bon\s+weekdays\b", 5 / 7),
        (rf"\b{_WEEKDAY}\s*(?:to|through|till|until|-|–)\s*(?:sat(?:urdays?)?|sun(?:days?)?)\b", 1.0),
        (
            r"\b(?:with|before|after|at)\s+(?:each|every|all\s+(?:three\s+)?)\s*(?:main\s+)?meals?\b",
            3.0,
        ),
        (
            r"\b(?:(?:each|every|in\s+the)\s+)?(?:morning|am|mane|breakfast)\s*(?:and|&|\+)\s*(?:at\s+|in\s+the\s+)?"
            r"(?:night|bedtime|evening|pm|nocte|dinner|supper)\b",
            2.0,
        ),
        (r"(?<![\d/.-])(?P<a>[0-4])-(?P<b>[0-4])-(?P<c>[0-4])(?:-(?P<d>[0-4]))?(?![\d/-])", None),
        (r"\bonce\s+(?:a\s+day|daily|per\s+day)|\bonce[\s-]daily|\b(?:od|qd|o\.d\.|q\.d\.)(?!\w)", 1.0),
        (
            r"\b(?:nightly|at\s+bedtime|at\s+night|qhs|hs|nocte|in\s+the\s+(?:morning|evening)|(?:each|every)\s+(?:morning"
            r"|evening|night))\b",
            1.0,
        ),
        (r"\b(?:daily|a\s+day|per\s+day|each\s+day|every\s+day)\b|/\s*day\b", 1.0),
    )
)

OFTEN = re.compile(
    "|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern) for pattern, _ in _FREQUENCIES), re.IGNORECASE
)
"""How often, wherever it stands."""


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


_SPAN_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0, "mo": 30.0, "a": 365.0, "y": 365.0}


def _counted(match: re.Match[str]) -> float | None:  # noqa: PLR0911 (one for each way to say it)
    """Doses a day of a pattern with a number in it, by the shortest interval of a range; None within the hour."""
    groups = match.groupdict()
    if groups.get("span"):
        span = groups["span"].lower()
        return None if span.startswith("min") else _of_period(groups["count"], groups["period"] or "1", span)
    if times := groups.get("times") or groups.get("x"):
        return number(times)
    if groups.get("a") is not None:
        return float(sum(int(groups[part] or 0) for part in "abcd")) or None
    if weekly := groups.get("weekly"):
        return number(weekly) / 7
    if days := groups.get("days"):
        return 1 / number(days)
    if months := groups.get("months"):
        return 1 / (_SPAN_DAYS["mo"] * number(months))
    return None if groups.get("minutes") else 24 / number(groups.get("low") or groups.get("hourly") or "24")


def _of_period(count: str, period: str, span: str) -> float:
    """Doses a day of so many each period, as FHIR's timing says it ("2 time(s) every 1 d")."""
    days = next(days for unit, days in _SPAN_DAYS.items() if span.startswith(unit))
    return number(count) / (number(period) * days)
