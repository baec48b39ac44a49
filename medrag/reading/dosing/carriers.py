"""Fluids that a drug is added to: their volume is no dose of it ("5% glucose 500 ml + 10% potassium 15 ml")."""

from __future__ import annotations

import re

_CARRIER = re.compile(
    r"(?:(?<![\d.])(?:0\.9|0\.45|5|10)\s?%\s*)?\b(?:(?:normal\s+|glucose\s+)?saline|sodium chloride|glucose|dextrose"
    r"|GS|NS|GNS|D5W|D10W|D5NS|ringer\w*|hartmann\w*|water for injections?)"
    r"(?:\s+(?:injection|solution|infusion))?\s*,?\s*$",
    re.IGNORECASE,
)
_ADDED = re.compile(r"\s*(?:\(?\s*[+＋]|,?\s*(?:with|and|plus|add(?:ed|ing)?)\b)", re.IGNORECASE)
_ADDED_TO = re.compile(r"(?:[+＋]|\b(?:in|with|and|plus|to|diluted|into))\s*(?:an?\s+)?$", re.IGNORECASE)
_LONGEST = 45
"""Characters of a fluid's name, and of the words that join it to what it carries."""


def is_carrier(text: str, start: int, end: int) -> bool:
    """Whether the volume at ``text[start:end]`` is one of a fluid named before it, that something is added to."""
    before = text[max(0, start - _LONGEST) : start]
    carrier = _CARRIER.search(before)
    if carrier is None:
        return False
    return bool(_ADDED.match(text, end) or _ADDED_TO.search(before[: carrier.start()]))
