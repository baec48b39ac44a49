"""Words before an amount by which it is no dose but a maximum, a limit, a step, or what a dose is raised to."""

from __future__ import annotations

import re

from medrag.reading.dosing.counts import A_DAY, COUNT, FORM
from medrag.reading.dosing.numbers import NUMBER, number
from medrag.reading.expressions import Expression

LONGEST_TITRATION = 110
_AT_MOST = (
    r"(?:max\w*\.?|up\s+to|(?:not|never)\s+(?:to\s+)?exceed\w*|(?:no|not)\s+more\s+than|at\s+most|ceiling"
    r"|limit\w*(?:\s+to)?)"
)
_MAXIMUM = re.compile(
    rf"{_AT_MOST}"
    r"(?:\s+(?:of|is|the|a|total|daily|dose|single|usual|recommended|adult|to|per|day)|\s*[:(=])*\s*$",
    re.IGNORECASE,
)
_THRESHOLD = re.compile(
    r"(?:>|≥|<|≤|above|over|below|under|than|exceed\w*|more than|less than"
    r"|\b(?:once|when|if|until|by the time)\s(?:he|she|it|they|the dose)\s(?:is|are|gets|reaches|ha(?:s|ve) reached)"
    r"\s?(?:down |up )?(?:at|on|to)?"
    r"|\b(?:increas|rais|reduc|lower|decreas|titrat|adjust|step|chang|go(?:ing)? (?:up|down))\w*"
    r"\s(?:[\w§]+\s){0,4}?(?:by|(?:in )?(?:steps|increments) of))"
    r"\s*(?:\d[\d.]*\s*(?:-|–|to)\s*)?$",
    re.IGNORECASE,
)
_MAXIMUM_AFTER = re.compile(r"\s*(?:\([^)]*)?(?:max(?:imum)?)\b", re.IGNORECASE)
_RAISED = re.compile(
    r"\b(?:increas|titrat|rais|doubl|ris|escalat|build|work|uptitrat|up-titrat|go(?:ing)? up|step(?:ping)? up|mov)\w*"
    r"\b[^.]{0,60}?\b(?:to|max\w*|until|target)\b[^.]{0,30}$"
    r"|\b(?:od|bd|tds|qds|daily|day|night|nightly|nocte|week(?:ly)?|hours?)\b[,;]?\s(?:and |then )?"
    r"(?:up to|to a max\w*)"
    r"\s(?:a (?:max\w*|total) of\s)?$",
    re.IGNORECASE,
)
"""Before an amount that a lower one before it is to be raised to."""
_UP_TO = re.compile(r"\b(?:to|max|until|target)", re.IGNORECASE)
"""One of which every such way to say it has."""
_MOST_DOSES = re.compile(
    rf"{_AT_MOST}[^.;]{{0,20}}?(?P<n>{NUMBER})\s+(?:doses|times)(?:\s+(?:in|per|a|every|daily)|\s*[/.,;)]|\s*$)",
    re.IGNORECASE,
)
_MOST_TABLETS = Expression(
    rf"{_AT_MOST}[^.;]{{0,15}}?(?<![\w.])(?P<n>{COUNT})(?:\s+{FORM})?\s*{A_DAY}"
    rf"|{_AT_MOST}[^.;]{{0,15}}?(?P<tablets>\d+)\s+{FORM}\s+(?:in|per|a|every|daily)"
    rf"|(?<![\w.])(?P<of>{COUNT})(?:\s+{FORM})?\s*{A_DAY}\s+at\s+(?:the\s+)?most"
)


def is_maximum(before: str, after: str) -> bool:
    """Whether the amount between the two is the most that may be given."""
    return bool(_MAXIMUM.search(before)) or _MAXIMUM_AFTER.match(after) is not None


def is_threshold(before: str) -> bool:
    """Whether the amount is one that another is compared with, or changed by."""
    return _THRESHOLD.search(before) is not None and _MAXIMUM.search(before) is None


def is_raised_to(text: str, start: int) -> bool:
    """Whether a lower dose before ``text[start:]`` is to be raised to the amount that stands there."""
    place = (max(0, start - LONGEST_TITRATION), start)
    return _UP_TO.search(text, *place) is not None and _RAISED.search(text, *place) is not None


def most_doses(after: str) -> float | None:
    """The most doses a day that the text allows."""
    match = _MOST_DOSES.search(after)
    return number(match["n"]) if match else None


def most_tablets(after: str) -> float | None:
    """The most tablets a day that the text allows."""
    match = _MOST_TABLETS.search(after)
    return number(match["n"] or match["tablets"] or match["of"]) if match else None
