"""Whether a text says what a few words of a guideline's reader name, in these words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from medrag.reading.languages import pattern

_said = partial(pattern, "applicability")
STEM = 5
"""Letters by which two forms of a word are the same at the least."""
CUT = 3
"""Letters at the end of a word that may be another form's."""
INITIALS = 3
"""Words of a name that may be written by its initials."""
CLAUSE = re.compile(r"[.;?!\n]+(?=\s|$)")


def telling_words(term: str) -> tuple[str, ...]:
    """The words of a term that say what it is about, in lower case but for short ones in capitals ("UK")."""
    found = re.findall(r"\w+", _said("empty").sub(" ", term))
    return tuple(dict.fromkeys(each if _short(each) else each.lower() for each in found))


def _short(word: str) -> bool:
    return word.isupper() and len(word) < STEM


def _found(word: str, text: str) -> re.Match[str] | None:
    """Where the text has the word in any form."""
    if _short(word):
        return re.search(rf"\b{word}s?\b", text)
    if word.isdigit() or len(word) <= STEM:
        form, end = word, r"s?\b"
    else:
        form, end = word[: max(STEM, len(word) - CUT)], ""
    return re.search(rf"\b{form}{end}", text, re.I) if form in text.lower() else None


def says_all(words: Iterable[str], text: str) -> bool:
    """Whether the text has each of the words, in any form."""
    return all(_found(each, text) for each in words)


def says(term: str, text: str) -> bool | None:
    """Whether a clause of the text says all words of the term; False where it denies them, None where none does."""
    wanted = telling_words(term)
    for clause in CLAUSE.split(text) if wanted else ():
        found = [_found(each, clause) for each in wanted]
        if all(found):
            last = max(each.start() for each in found if each)
            return not _said("denied").search(clause[:last])
    return None


def initialled(term: str, text: str) -> str:
    """The parts of the term, of three words or more, whose initials the text writes in capitals ("AOM")."""
    words = re.findall(r"[a-z]+", term.lower())
    spans = ((start, end) for start in range(len(words)) for end in range(start + INITIALS, len(words) + 1))
    parts = [words[start:end] for start, end in spans]
    said = [part for part in parts if re.search(rf"\b{''.join(word[0].upper() for word in part)}\b", text)]
    return " ".join(word for part in said for word in part)
