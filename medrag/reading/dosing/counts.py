"""How many tablets, of the strength just read, a text gives: at once, or in a day ("sixteen a day")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from medrag.reading.dosing.frequency import OFTEN, frequency
from medrag.reading.dosing.numbers import DOZENS, WORD, number
from medrag.reading.expressions import Expression

FORM = (
    r"(?:tablet\(s\)|tablets?|tabs?|capsule\(s\)|capsules?|caps?|caplets?|pills?|sachets?|ampoules?|vials?|suppositor(?:y|ies)"
    r"|patch(?:es)?|lozenges?|puffs?|actuations?|sprays?|inhalations?|(?:tea|table)?spoon(?:ful|s|fuls)*|scoops?|pens?|doses?)"
)
"""What is counted when a drug is taken."""
_PART = r"(?:an?\s+)?(?:half|quarter)(?:\s+(?:of\s+)?an?)?(?!\s+dozen)|[½¼¾]|1/[24]"
COUNT = (
    rf"(?:\d{{1,2}}|{WORD})\s*(?:and\s+an?\s+half|[½¼¾]|\s1/2)|{DOZENS}|{_PART}|\d{{1,3}}(?:\.\d)?(?!\d)"
    rf"|(?:{WORD})(?![\w-])"
)
"""How many of them."""
A_DAY = (
    r"(?:(?:in\s+all\s+)?(?:(?:an?|per|each|every|in\s+(?:a|one|the|any)|(?:over|within)\s+(?:a|the)"
    r"|through(?:out)?\s+the|(?:in|over)\s+the\s+course\s+of\s+(?:a|the))\s+day|daily|/\s*d(?:ay)?"
    r"|(?:/|\b(?:in|per|over|every|within|each)\s+(?:an?\s+|any\s+|the\s+)?)(?:24|twenty[-\s]four)[-\s]*(?:hours?|hrs?|h)))(?!\w)"
)
"""That a count is a day's."""
_BY_THE_HOUR = r"(?:hourly|weekly|monthly|yearly|hours?|days?|weeks?|months?)\b"
_OF_THEM = rf"(?:{FORM}|at\s+a\s+time|at\s+once|together|of\s+(?:them|these|those))"
_TOLD = (
    r"(?:(?:take|give|use|swallow|chew|have|sig|up\s+to|as\s+many\s+as|a\s+total\s+of|in\s+all|total|max(?:imum)?(?:\s+of)?"
    r"|no\s+more\s+than|not\s+more\s+than|at\s+most)\s*:?\s+){0,3}"
)
_COUNT_AFTER = Expression(
    rf"\s*(?:\[[^\]]*\]\s*)?(?:(?:[a-z-]+\s+){{0,2}}?{FORM}\s*)?(?:\[[^\]]*\]\s*)?[,:;(-]?\s*(?:(?:take|give|sig)\s+)?(?P<low>{COUNT})(?:\s*(?:-|–|to"
    rf"|or)\s*(?P<high>{COUNT}))?\s+{_OF_THEM}(?!\w)"
)
_DAY_AFTER = Expression(
    rf"\s*(?:\[[^\]]*\]\s*)?(?:(?:[a-z-]+\s+){{0,2}}?{FORM}\s*)?(?:\[[^\]]*\]\s*)?[,:;(–—-]*\s*{_TOLD}(?:[x×]\s?(?=[7-9]\b|\d\d))?(?P<low>{COUNT})"
    rf"(?:\s*(?:-|–|to|or)\s*(?P<high>{COUNT}))?(?:\s+{_OF_THEM})?\s*,?\s*{A_DAY}"
)
"""A count with no other word of how often than that it is a day's: "sixteen a day", "up to twelve in 24 hours"."""
_COUNT_BEFORE = Expression(
    rf"(?<![\w./])(?P<part>{COUNT})\s+$"
    rf"|(?<![\w./])(?P<high>{COUNT})\s+(?!doses?\b)(?:{FORM}\s+(?:of\s+)?(?:[a-z-]+\s+){{0,3}}"
    rf"|(?P<bare>(?!(?:an?|min\w*|units?|m[lg]|mcg|micrograms?|more|times)\b|{_BY_THE_HOUR})[a-z][a-z-]*\s+)(?:[a-z-]+\s+){{0,2}})$"
)
_TIMES_STRENGTH = Expression(
    rf"\s*(?:\[[^\]]*\]\s*)?(?:{FORM}\s*)?[,:;(-]?\s*(?:(?:take|give|use|swallow|a\s+total\s+of)\s+(?P<low>{COUNT})"
    rf"|(?P<roman>i{{1,3}})|(?<=[,:;-] )(?P<bare>\d{{1,2}}|{DOZENS}|{WORD})"
    r"|[x×]\s?(?P<x>\d{1,2})(?!\s*(?:daily|/|a day|per day)))"
    rf",?\s+(?!{_BY_THE_HOUR})(?:(?:(?:are|is)\s+)?to\s+be\s+(?:taken|given|swallowed|used|chewed)\s+)?(?={OFTEN.pattern}|(?:tablets?\s+)?(?:on|at)\s+(?:the\s+same|once))"
)
"""A count without the word for what is counted, before how often: "take two bd", "x 2 qds", "ii tds"."""
_TAKEN = re.compile(
    r"(?:\b(?:take|taking|takes|give|giving|have|having|swallow|use|chew|administer)\s|^|[.;:]\s)\s*"
    r"(?:(?:up\s+to|a\s+total\s+of|as\s+many\s+as|at\s+most)\s+)?$",
    re.IGNORECASE,
)
_FORM_NEXT = re.compile(rf"\s*{FORM}(?!\w)", re.IGNORECASE)
_DAY_NEXT = Expression(rf"\s*(?:(?:[a-z-]+\s+)?{FORM}\s*)?(?:in\s+total\s+)?{A_DAY}")
_NAMED_AFTER = Expression(rf"(?:\b(?:take|give|have|swallow|use)\s+|^\W*)(?P<part>{COUNT})\s+(?:{FORM}\s+(?:of\s+)?)?$")
_SUPPLY = re.compile(
    r"\b(?:supply|dispens\w*|quantity|pack(?:et)?s?|box(?:es)?|bottles?)\W+(?:\w+\W+)?$", re.IGNORECASE
)
_AT_ONCE = Expression(
    r"[^.;]{0,40}?(?:\bnow\b|at once|together|stat\b|daily|a day|times|every|once|twice|weekly|\b[btq]d?[ids]+\b"
    rf"|{A_DAY}|{OFTEN.pattern})"
)
SUPPLY = 12
"""More tablets than this, without a word of when to take them, are a supply."""


@dataclass(frozen=True, slots=True)
class Tablets:
    """How many are taken: at once, or in a day if ``a_day``."""

    count: float = 1.0
    a_day: bool = False


def tablets(before: str, after: str, per: str = "") -> Tablets:
    """How many tablets of the strength just read are taken (the most that the text allows); one if unsaid.

    ``per`` is what the strength itself is followed by ("500 mg a day").
    """
    if (match := _DAY_AFTER.match(after)) and not per:
        return Tablets(_most(match), a_day=True)
    match = _COUNT_AFTER.match(after) or _TIMES_STRENGTH.match(after)
    if match is not None:
        return Tablets(_taken(match, after[match.end() :]))
    match = _counted_before(before, after)
    if match is None:
        return Tablets()
    count = _taken(match, per + after)
    return Tablets(count, a_day=count > 1 and not per and _DAY_NEXT.match(after) is not None)


def of_unsaid_strength(before: str, after: str) -> float:
    """How many tablets a day, or at once, the words around a name tell where none is a strength; 0 if none."""
    if match := _DAY_AFTER.match(after):
        return _most(match)
    match = _NAMED_AFTER.search(before) or _COUNT_AFTER.match(after) or _TIMES_STRENGTH.match(after)
    if match is None:
        return 0.0
    rest = after if match.string is before else after[match.end() :]
    return _most(match) * max(frequency(rest) or 1.0, 1.0)


def _taken(match: re.Match[str], rest: str) -> float:
    count = _most(match)
    return 1.0 if count > SUPPLY and not _AT_ONCE.match(rest) else count


def _most(match: re.Match[str]) -> float:
    said = match.groupdict()
    return number(next(filter(None, map(said.get, ("high", "low", "x", "roman", "bare", "part")))))


def _counted_before(before: str, after: str) -> re.Match[str] | None:
    """ "10 tablets of", "half a" and "take 6 methotrexate" where "tablets" or a day follows; none if it is a supply."""
    match = _COUNT_BEFORE.search(before)
    if match is None:
        return None
    follows = _FORM_NEXT.match(after)
    if _SUPPLY.search(before[: match.start()]):
        return None
    if match["part"] is not None:
        return match if follows and not match["part"].isdigit() else None
    if match["bare"] is not None:
        counted = follows or _DAY_NEXT.match(after)
        return match if counted and _TAKEN.search(before[: match.start()]) else None
    return match
