"""Strengths of recommendations and grades of evidence on one scale each, so that requests can filter by them.

Guidelines grade in words of their own; a sentence keeps those. The scales are GRADE's, with ACC/AHA's middle class:
strong, moderate, weak; high, moderate, low, very low. A class III ("is not recommended") is a strong recommendation
against something. A letter D is on no scale of strengths: it is the weakest of SIGN's and "against" of the USPSTF's.

Sources: Guyatt et al., BMJ 2008 (GRADE); ACC/AHA class of recommendation and level of evidence, 2019; NICE's manual on
"offer" and "consider"; CEBM levels of evidence, 2009; SIGN 50.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from medrag.types import Filters, Grade, Passage, Sentence, Strength

Grading = tuple[Strength | None, Grade | None]

_STRENGTHS: Mapping[Strength, str] = {
    "strong": "strong, strongly, offer, do not, 1, i, a, 3, iii",
    "moderate": "moderate, recommendation, 2a, iia, b",
    "weak": "weak, conditional, discretionary, consider, option, optional, limited, 2, 2b, ii, iib, c",
}
_GRADES: Mapping[Grade, str] = {
    "high": "high, a, 1, 1a, 1b, 1c, i, ia, ib",
    "moderate": "moderate, medium, intermediate, b, b-r, b-nr, 2, 2a, 2b, 2c, ii, iia, iib, ii-1, ii-2, ii-3",
    "low": "low, c, c-ld, 3, 3a, 3b, iii, iiia, iiib",
    "very low": "very low, c-eo, d, e, 4, iv, 5, v",
}
_STRENGTH_OF = {word: level for level, words in _STRENGTHS.items() for word in words.split(", ")}
_GRADE_OF = {word: level for level, words in _GRADES.items() for word in words.split(", ")}
_NOISE = re.compile(r"\b(?:type|level|class|grade|recommendation(?=\s)|(?<=\s)recommendation)\b|\+")


def strength_of(words: str | None) -> Strength | None:
    """The level that a guideline's ``words`` for a strength mean; None where they are on no scale known here."""
    return _STRENGTH_OF.get(_plain(words))


def grade_of(words: str | None) -> Grade | None:
    """The level that a guideline's ``words`` for its evidence mean; None where they are on no scale known here."""
    return _GRADE_OF.get(_plain(words))


def graded(sentence: Sentence) -> Grading:
    """Strength and grade of one sentence."""
    return strength_of(sentence.strength), grade_of(sentence.grade)


def gradings(passage: Passage) -> Iterator[Grading]:
    """Those of a passage, each pair once, in a fixed order."""
    yield from sorted({graded(each) for each in passage.sentences} - {(None, None)}, key=repr)


def grading_passes(grading: Grading, filters: Filters) -> bool:
    """Whether a sentence of this grading is what ``filters`` ask for."""
    strength, grade = grading
    return (not filters.strengths or strength in filters.strengths) and (not filters.grades or grade in filters.grades)


def only_asked(passage: Passage, filters: Filters) -> Passage:
    """``passage`` with those of its sentences alone that have the strength and grade asked for; its text is whole."""
    if not filters.by_grading:
        return passage
    kept = tuple(each for each in passage.sentences if grading_passes(graded(each), filters))
    return passage.model_copy(update={"sentences": kept})


def _plain(words: str | None) -> str:
    return " ".join(_NOISE.sub(" ", (words or "").lower().replace("very-", "very ")).split())
