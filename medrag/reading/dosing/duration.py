"""For how long a drug is to be taken, in days."""

from __future__ import annotations

import re

from medrag.reading.dosing.numbers import WORD, number

_UNIT = r"(?P<unit>days?|d|nights?|weeks?|wks?|fortnights?|months?|years?)"
_DURATION = re.compile(
    rf"\b(?:for|x|×|over)\s+(?:a\s+(?:total\s+of|further)\s+)?(?:the\s+next\s+)?(?P<n>\d+|an?|{WORD})"
    rf"(?:\s*(?:-|–|to)\s*(?P<high>\d+|{WORD}))?[\s-]*{_UNIT}\b"
    r"|\b(?P<n2>\d+)[\s-](?P<unit2>day|week|month)\s+course"
    r"|(?<![\d/.])(?P<n3>\d{1,2})/(?P<unit3>7|52|12)(?![\d/])",
    re.IGNORECASE,
)
DAYS = {"h": 1 / 24, "d": 1.0, "n": 1.0, "w": 7.0, "f": 14.0, "m": 30.0, "y": 365.0, "7": 1.0, "52": 7.0, "12": 30.0}
"""Days in a unit of time, by its first letter or by what it is a fraction of ("5/7")."""


def duration(text: str) -> float | None:
    """The first length of treatment that ``text`` gives ("for 2 weeks", "5/7"), the longest of a range; in days."""
    match = _DURATION.search(text)
    if match is None:
        return None
    unit = (match["unit"] or match["unit2"] or match["unit3"]).lower()
    return number(match["high"] or match["n"] or match["n2"] or match["n3"]) * DAYS[unit if unit in DAYS else unit[0]]
