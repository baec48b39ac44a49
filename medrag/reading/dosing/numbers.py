"""Numbers as doses write them: digits, thousands, decimal commas, words ("five hundred", "2.4 million", "a dozen")."""

from __future__ import annotations

import re

_ONES = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS = (
    {word: float(value) for value, word in enumerate(_ONES, start=1)}
    | {word: 10.0 * value for value, word in enumerate(_TENS, start=3)}
    | {"half": 0.5, "a": 1.0, "an": 1.0, "½": 0.5, "¼": 0.25, "quarter": 0.25, "¾": 0.75}
    | {"once": 1.0, "twice": 2.0, "thrice": 3.0, "i": 1.0, "ii": 2.0, "iii": 3.0, "iv": 4.0}
    | {"dozen": 12.0, "couple": 2.0}
)
_SCALES = {"dozen": 12.0, "couple": 2.0, "hundred": 100.0, "thousand": 1000.0, "million": 1e6}
_DIGITS = r"[1-9]\d{0,2}(?:[,\u202f ]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+"
_COMPOUND = rf"(?:twenty|{'|'.join(_TENS)})[-\s](?:{'|'.join(_ONES[:9])})\b"
WORD = "|".join((_COMPOUND, *sorted((*_ONES, *_TENS), key=len, reverse=True)))
"""Numbers in words, one to ninety-nine."""
NUMBER = rf"(?:(?:{_DIGITS})|\b(?:{WORD})\b)(?:\s+(?:hundred|thousand|million)\b(?:\s+and\s+(?:{WORD})\b)?)?"
"""A number; "5,000" is five thousand, "0,125" and "32,5" are decimals."""
DOZENS = rf"(?:(?:half\s+an?|an?|{WORD}|\d{{1,2}})\s+)?dozen|an?\s+couple(?:\s+of)?"
"""A number of things by the dozen."""

_ADDED = {word: WORDS[word] for word in (*_ONES, *_TENS)}
"""Words that count on from what stands before them ("twenty-four", "one hundred and fifty")."""
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_AND_PART = re.compile(
    r"(?P<whole>.+?)(?:\s+and\s+(?:an?\s+)?|\s+(?=1/|[½¼¾])|(?=[½¼¾]))(?P<part>half|quarter|1/2|1/4|[½¼¾])",
    re.IGNORECASE,
)


def number(written: str) -> float:
    """The value of a :data:`NUMBER`, or of "half", "one and a half", "1½", "a", "once", "ii" and the like."""
    if mixed := _AND_PART.fullmatch(written.strip()):
        return number(mixed["whole"]) + number(mixed["part"])
    first, *rest = _HYPHEN.sub(" ", written.strip().lower()).split()
    value = WORDS[first] if first in WORDS else _digits(" ".join([first, *(part for part in rest if part.isdigit())]))
    for part in rest:
        value = value * _SCALES[part] if part in _SCALES else value + _ADDED.get(part, 0.0)
    return value


def _digits(written: str) -> float:
    if written in ("1/2", "1/4"):
        return 1 / float(written[-1])
    if re.fullmatch(r"[1-9]\d{0,2}(?:[,\u202f ]\d{3})+(?:\.\d+)?", written):
        return float(re.sub(r"[,\u202f ]", "", written))
    return float(written.replace(",", "."))
