"""Raised words, "m" and "2": joined as superscripts to the one before, or before what they mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from index.layout.word import Word

RAISED = str.maketrans("0123456789+-−abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
# The most that a raised letter has of its line's height: browsers make it little smaller.
_SMALLER = 0.92


def raised(words: list[Word]) -> Iterator[Word]:
    """The words in their order, small raised ones ("m" and "2") joined as superscripts to the one before."""
    current: Word | None = None
    for position, word in enumerate(words):
        following = words[position + 1] if position + 1 < len(words) else None
        if following is not None and _leads(word, following) and not (current and _is_raised(current, word)):
            # A footnote's own mark, before its first word.
            word = replace(  # noqa: PLW2901
                following, text=word.text.translate(RAISED), x0=word.x0, x1=word.x1
            )
        if current is not None and _is_raised(current, word):
            mark = word.text.translate(RAISED) if len(word.text) < 4 else word.text
            current = replace(current, text=current.text + mark, x1=word.x1)
        elif current is not None and _continues(current, word):
            current = replace(current, text=current.text + word.text, x1=word.x1)
        else:
            if current is not None:
                yield current
            current = word
    if current is not None:
        yield current


def _is_raised(before: Word, word: Word) -> bool:
    if before.turned or word.turned or word.size > _SMALLER * before.size:
        return False
    near = -1 < word.x0 - before.x1 < 0.35 * before.size
    return near and 0.12 * before.size < before.base - word.base < 0.8 * before.size


def _leads(word: Word, following: Word) -> bool:
    """Whether a small raised word stands before what it marks."""
    small = len(word.text) < 3 and not word.turned and word.size < _SMALLER * following.size
    near = -1 < following.x0 - word.x1 < following.size
    return small and near and 0.12 * following.size < following.base - word.base < 0.8 * following.size


def _continues(before: Word, word: Word) -> bool:
    """Whether ``word`` goes on after a superscript without a space: "m²" and ","."""
    same = not word.turned and abs(before.base - word.base) < 0.05 * before.size
    return same and before.text[-1:] in "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻" and -1 < word.x0 - before.x1 < 0.12 * before.size
