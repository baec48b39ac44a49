"""Strengths in text ("50 mg/5 mL", "500 mg tablets"): what a volume or a number of tablets amounts to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from medrag.reading.dosing.frequency import OFTEN
from medrag.reading.dosing.numbers import WORD, number
from medrag.reading.expressions import Expression

_NO_DRUG = r"(?:normal\s+)?(?:saline|sodium|nacl|glucose|dextrose|albumin|water|bicarbonate|(?:gs|ns|gns)\b)"
_PERCENT = Expression(
    rf"\b(?:\d+(?:\.\d+)?\s*(?:ml|millilit(?:er|re)s?)\s+(?:of\s+)?(?:an?\s+)?(?P<before>\d+(?:\.\d+)?)\s?%(?!\s+{_NO_DRUG})(?!\w)"
    rf"|(?P<after>\d+(?:\.\d+)?)\s?%\s*(?!{_NO_DRUG})[,:(]?\s*(?:[a-z]+\s*[,:(]?\s*){{0,3}}?\d+(?:\.\d+)?\s*ml\b)"
)
"""A volume of so many per cent, not of a fluid that carries the drug: 1 % is 10 mg in a millilitre."""
_RATIO = re.compile(r"\b1\s?(?::|in)\s?(?P<in>1,?000|10,?000|100,?000|200,?000)\b", re.IGNORECASE)
"""A gram in so many millilitres."""
_STRENGTH = re.compile(
    r"(?<![\d.,])(?P<amount>\d{1,9}(?:[.,]\d{1,9})?)\s{0,3}(?P<unit>milligrams?|mg|micrograms?|mcg|µg|μg|g|units?|iu)"
    r"(?P<rest>\s*(?:/|per|in)\s*(?P<volume>\d+(?:\.\d+)?)?\s*(?:ml|millilit(?:er|re)s?)\b(?!\s*/))",
    re.IGNORECASE,
)
_VOLUME = re.compile(r"\d\s*(?:-\s*)?(?:ml|millilit(?:er|re)s?)\b(?!\s*/\s*min)", re.IGNORECASE)
FORM = (
    r"(?:tablet\(s\)|tablets?|tabs?|capsule\(s\)|capsules?|caps?|caplets?|pills?|sachets?|ampoules?|vials?|suppositor(?:y|ies)"
    r"|patch(?:es)?|lozenges?|puffs?|actuations?|sprays?|inhalations?|(?:tea|table)?spoon(?:ful|s|fuls)*|pens?|doses?)"
)
"""What is counted when a drug is taken."""
_PART = r"(?:an?\s+)?(?:half|quarter)(?:\s+(?:of\s+)?an?)?|[½¼¾]|1/[24]"
COUNT = rf"(?:\d{{1,2}}|{WORD})\s*(?:and\s+an?\s+half|[½¼¾]|\s1/2)|{_PART}|\d{{1,3}}(?:\.\d)?|{WORD}"
"""How many of them."""
_COUNT_AFTER = Expression(
    rf"\s*(?:\[[^\]]*\]\s*)?(?:(?:[a-z-]+\s+){{0,2}}?{FORM}\s*)?(?:\[[^\]]*\]\s*)?[,:;(-]?\s*(?:(?:take|give|sig)\s+)?(?P<low>{COUNT})(?:\s*(?:-|–|to"
    rf"|or)\s*(?P<high>{COUNT}))?\s+{FORM}(?!\w)"
)
_COUNT_BEFORE = Expression(
    rf"(?<![\w./])(?P<part>{COUNT})\s+$"
    rf"|(?<![\w./])(?P<high>{COUNT})\s+(?!doses?\b)(?:{FORM}\s+(?:of\s+)?(?:[a-z-]+\s+){{0,3}}|(?:[a-z-]+\s+){{1,3}}(?P<bare>))$"
)
_TIMES_STRENGTH = Expression(
    rf"\s*(?:\[[^\]]*\]\s*)?(?:{FORM}\s*)?[,:;(-]?\s*(?:(?:take|give|use|swallow)\s+(?P<low>{COUNT})"
    r"|(?P<roman>i{1,3})|(?<=[,:] )(?P<bare>\d{1,2})"
    r"|[x×]\s?(?P<x>\d{1,2})(?!\s*(?:daily|/|a day|per day)))"
    rf"\s+(?={OFTEN.pattern}|(?:tablets?\s+)?(?:on|at)\s+(?:the\s+same|once))"
)
"""A count without the word for what is counted, before how often: "take two bd", "x 2 qds", "ii tds"."""
_TAKEN = re.compile(
    r"(?:\b(?:take|taking|takes|give|giving|swallow|use|chew|administer)\s|^|[.;:]\s)\s*(?:up\s+to\s+)?$", re.IGNORECASE
)
_FORM_NEXT = re.compile(rf"\s*{FORM}(?!\w)", re.IGNORECASE)
_SUPPLY = re.compile(
    r"\b(?:supply|dispens\w*|quantity|pack(?:et)?s?|box(?:es)?|bottles?)\W+(?:\w+\W+)?$", re.IGNORECASE
)
_AT_ONCE = re.compile(
    r"[^.;]{0,40}?(?:\bnow\b|at once|together|stat\b|daily|a day|times|every|once|twice|weekly|\b[btq]d?[ids]+\b)",
    re.IGNORECASE,
)
SUPPLY = 12
"""More tablets than this, without a word of when to take them, are a supply."""


@dataclass(frozen=True, slots=True)
class Strength:
    """``amount`` of ``unit`` in one millilitre."""

    amount: float
    unit: str


def without_strengths(text: str) -> tuple[str, Strength | None]:
    """``text``, the same length, with strengths blanked out, and the strength that its volumes are of.

    Where no volume is ordered, the amount stays and only its "/5 mL" goes: it is the dose.
    """
    matches = list(_STRENGTH.finditer(text))
    if not matches:
        return text, _of_a_solution(text)
    blanked = _blanked(text, matches, "amount")
    if not _VOLUME.search(blanked):
        return _blanked(text, [match for match in matches if match["volume"]], "rest"), None
    first = matches[0]
    amount = float(first["amount"].replace(",", "")) / float(first["volume"] or 1)
    return blanked, Strength(amount, first["unit"])


def _of_a_solution(text: str) -> Strength | None:
    """The strength of a solution by its per cent or its ratio ("1 in 1000")."""
    if ratio := _RATIO.search(text):
        return Strength(1000 / float(ratio["in"].replace(",", "")), "mg")
    percent = _PERCENT.search(text)
    return Strength(10 * float(percent["before"] or percent["after"]), "mg") if percent else None


def _blanked(text: str, matches: list[re.Match[str]], group: str) -> str:
    pieces, place = [], 0
    for match in matches:
        start = match.start(group)
        pieces += [text[place:start], " " * (match.end() - start)]
        place = match.end()
    return "".join([*pieces, text[place:]])


def tablets(before: str, after: str) -> float:
    """How many tablets of the strength just read are taken at once (the most that the text allows); 1 if unsaid."""
    match = _COUNT_AFTER.match(after) or _TIMES_STRENGTH.match(after) or _counted_before(before, after)
    if match is None:
        return 1.0
    said = match.groupdict()
    count = number(next(filter(None, map(said.get, ("high", "low", "x", "roman", "bare", "part")))))
    rest = after[match.end() :] if match.string is after else after
    return 1.0 if count > SUPPLY and not _AT_ONCE.match(rest) else count


def _counted_before(before: str, after: str) -> re.Match[str] | None:
    """ "10 tablets of", "half a" and "take 6 methotrexate" where "tablets" follows; none where it is a supply."""
    match = _COUNT_BEFORE.search(before)
    if match is None:
        return None
    follows = _FORM_NEXT.match(after)
    if (match["bare"] is not None and not follows) or _SUPPLY.search(before[: match.start()]):
        return None
    if match["part"] is not None:
        return match if follows and not match["part"].isdigit() else None
    if match["bare"] is not None and not _TAKEN.search(before[: match.start()]):
        return None
    return match
