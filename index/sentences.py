"""Where sentences begin and end in clinical English and Chinese, and how many words there are."""

from __future__ import annotations

import re
from collections.abc import Iterator

# After these a full stop ends no sentence.
_SHORT = (
    "e.g i.e vs cf etc al approx dr prof mr mrs ms st fig figs eq no nos ref refs resp viz incl excl dept univ "
    "jr sr inc ltd vol pp ed eds wk yr hr min max avg"
)
_ABBREVIATIONS = frozenset(_SHORT.split())
# A full stop, with the brackets after it that belong to the sentence: all but those that number what follows.
_STOP = re.compile(
    r"[。！？；]+[”’」』）】]*"
    r"|[.!?]+[\"')\]”’]*(?=\s)"
    r"(?:\s+(?!\((?:\w|[ivx]+|\d+)\))(?:\([^()]*\)|\[[^\[\]]*\])\.?(?=\s+[A-Z(\[•]|\s*\Z))*"
)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
CHARACTERS_A_WORD = 2
_LAST_WORD = re.compile(r"([\w.]+)\Z")
_AUTHOR = re.compile(r"[(;&]\s?[A-D]\Z")
_UNIT = re.compile(r"(?:/|\d\s?)[A-Z]\Z")
_OF_TIME = re.compile(r"(?:/|\d\s?)(?:wk|yr|hr|min)\Z")
_STARTS_LOWER = re.compile(r"\s+[a-z]")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the sentences of ``text``, in order, without the space between them; blank text has none.

    What follows a sentence in brackets of its own, "(Grade 1B)", belongs to it.
    """
    start = 0
    for stop in _STOP.finditer(text):
        if _ends(text, stop):
            yield from _trimmed(text, start, stop.end())
            start = stop.end()
    yield from _trimmed(text, start, len(text))


def word_count(text: str) -> int:
    """How many words ``text`` has; Chinese writes no blanks, and its words have two characters on average."""
    return len(text.split()) + len(_HAN.findall(text)) // CHARACTERS_A_WORD


def _ends(text: str, stop: re.Match[str]) -> bool:
    if not stop.group().startswith("."):
        return True
    if _STARTS_LOWER.match(text, stop.end()):
        return False
    word = _LAST_WORD.search(text, max(0, stop.start() - 20), stop.start())
    last = word.group(1).lower() if word else ""
    before = text[max(0, stop.start() - 4) : stop.start()]
    # "125 mmol/L." and "2 L." end a sentence with a unit.
    letter = len(last) == 1 and last.isalpha() and before[-1:].isupper() and not _UNIT.search(before)
    # "Grade C." ends a sentence; "(C. Lin et al., 2018)" does not.
    initial = letter and (
        last not in "abcd" or _AUTHOR.search(text, max(0, stop.start() - 4), stop.start()) is not None
    )
    # "30 mL/min." ends one too.
    short = last in _ABBREVIATIONS and not _OF_TIME.search(text, max(0, stop.start() - 8), stop.start())
    return not short and not initial


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if left < right:
        yield start + left, start + right
