"""Whether a text says what a few words of a guideline's reader name, in these words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache, partial

from medrag.reading.languages import pattern

_said = partial(pattern, "applicability")
STEM = 5
"""Letters by which two forms of a word are the same at the least."""
CUT = 3
"""Letters at the end of a word that may be another form's."""
INITIALS = 3
"""Words of a name that may be written by its initials."""
CLAUSE = re.compile(r"[.;?!\n]+(?=\s|$)")


@lru_cache(maxsize=8192)
def telling_words(term: str) -> tuple[str, ...]:
    """The words of a term that say what it is about, in lower case."""
    return tuple(dict.fromkeys(re.findall(r"\w+", _said("empty").sub(" ", term.lower()))))


@lru_cache(maxsize=8192)
def _word(word: str) -> re.Pattern[str]:
    if word.isdigit() or len(word) <= STEM:
        return re.compile(rf"\b{re.escape(word)}s?\b", re.I)
    return re.compile(rf"\b{re.escape(word[: max(STEM, len(word) - CUT)])}\w*", re.I)


def says_all(words: Iterable[str], text: str) -> bool:
    """Whether the text has each of the words, in any form."""
    return all(_word(each).search(text) for each in words)


def says(term: str, text: str) -> bool | None:
    """Whether a clause of the text says all words of the term; False where it denies them, None where none does."""
    wanted = telling_words(term)
    for clause in CLAUSE.split(text) if wanted else ():
        found = [_word(each).search(clause) for each in wanted]
        if all(found):
            first = min(each.start() for each in found if each)
            return not _said("denied").search(clause[:first])
    return None


def initialled(term: str, text: str) -> str:
    """The parts of the term, of three words or more, whose initials the text writes in capitals ("AOM")."""
    words = re.findall(r"[a-z]+", term.lower())
    spans = ((start, end) for start in range(len(words)) for end in range(start + INITIALS, len(words) + 1))
    parts = [words[start:end] for start, end in spans]
    said = [part for part in parts if re.search(rf"\b{''.join(word[0].upper() for word in part)}\b", text)]
    return " ".join(word for part in said for word in part)
