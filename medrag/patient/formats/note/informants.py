"""Who tells of the patient: a relative who calls about "his father" tells of the patient by that name."""

from __future__ import annotations

import re

from medrag.reading.languages import language
from medrag.reading.people.ages import ages

READ = 600
"""Characters in which a note says who tells it."""
_INFANT = 2.0
"""Years below which "baby" in a note is the patient."""
_CALLS = re.compile(
    r"\b(?:call\w*|phon\w+|rang|rings?|ringing|telephon\w+|spoke\w*|speaking|consultation|collateral|video|contact\w*"
    r"|attend\w*|here)\b[^.;\n]{0,60}?\b(?:about|regarding|re|for|on behalf of|concerning) (?:his|her|their"
    r"|the) (?P<kin>[a-z]+)",
    re.IGNORECASE,
)


def patients_names(text: str) -> frozenset[str]:
    """The words for relatives that in ``text`` name the patient: "dad" where a son calls about his father."""
    head = text[:READ]
    kin: frozenset[str] = frozenset()
    if match := _CALLS.search(head):
        kin = next((group for group in _groups() if match["kin"].casefold() in group), kin)
    first = next(ages(head), None)
    if first is not None and first.years < _INFANT:
        kin |= language().words["babies"]
    return kin


def _groups() -> tuple[frozenset[str], ...]:
    words = language().words
    return tuple(words[name] for name in ("fathers", "mothers", "husbands", "wives", "sons", "daughters", "babies"))
