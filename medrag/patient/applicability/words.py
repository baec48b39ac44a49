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
    """Whether a clause of the text says all words of the term; False where each denies it, None where none does."""
    wanted = telling_words(term)
    clauses = CLAUSE.split(text) if wanted else ()
    said = {found for clause in clauses if (found := _said_in(wanted, clause)) is not None}
    return True in said if said else None


def has_none(term: str, text: str) -> bool:
    """Whether the text says that there is none of what the term is a kind of ("no fractures", of "hip fracture")."""
    head = _said("head").search(_said("of no kind").sub("", term))
    if head is None or _said("hollow head").fullmatch(head["word"]):
        return False
    return any(
        _found(head["word"], each["word"]) is not None and len(each["word"]) < len(head["word"]) + CUT
        for each in _said("without").finditer(text)
    )


def _said_in(wanted: Iterable[str], clause: str) -> bool | None:
    """Whether the clause affirms the words, or denies them; None where it has not all of them, or may do either."""
    found = [_found(word, clause) for word in wanted]
    if not all(found):
        return None
    last = max((each for each in found if each), key=lambda each: each.start())
    before, behind = clause[: last.start()], re.sub(r"^\w*", "", clause[last.end() :])
    listed = _said("listed").search(before)
    if _said("denied").search(before) or _said("denied behind").match(behind):
        return False
    if listed:
        return False if _said("of several").match(behind) else None
    return True


def initialled(term: str, text: str) -> str:
    """The parts of the term, of three words or more, whose initials the text writes in capitals ("AOM")."""
    words = re.findall(r"[a-z]+", term.lower())
    spans = ((start, end) for start in range(len(words)) for end in range(start + INITIALS, len(words) + 1))
    parts = [words[start:end] for start, end in spans]
    said = [part for part in parts if re.search(rf"\b{''.join(word[0].upper() for word in part)}\b", text)]
    return " ".join(word for part in said for word in part)
