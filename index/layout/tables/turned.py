"""Names of columns that run up the page, as narrow columns have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from index.layout.tables.cells import Found
from index.layout.word import Word

# How far the feet of names stand from one another, and the most from the first row, in heights of its face.
_SAME, _NEAR = 3.0, 2.5


def upright(words: Sequence[Word]) -> list[Word]:
    """The words, those turned as one word for each that stands alone, at its foot: names of narrow columns."""
    lines = stacked(words)
    names = [
        replace(
            line[0],
            text=" ".join(word.text for word in line),
            top=line[0].bottom - (line[0].x1 - line[0].x0),
            base=line[0].bottom,
            turned=False,
        )
        for line in lines
    ]
    return [*(word for word in words if not word.turned), *names]


def stacked(words: Sequence[Word]) -> list[list[Word]]:
    """The turned words, a list a line, each in the order in which it is read: upwards."""
    lines: list[list[Word]] = []
    for word in sorted((each for each in words if each.turned), key=lambda each: each.x0):
        if lines and abs(lines[-1][-1].x0 - word.x0) < 1:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(each, key=lambda word: -word.bottom) for each in lines]


def under_turned(found: Found, words: Sequence[Word]) -> Found:
    """A table whose names are not known, with those right above it that stand side by side, one a column."""
    if found.drawn or (any(found.bold) and not found.guessed) or len(found.starts) < 3:
        return found
    turned = {id(word) for word in words if word.turned}
    feet = [word for word in upright([each for each in words if each.turned]) if _is_near(word, found)]
    if not turned or not feet:
        return found
    foot = max(word.base for word in feet)
    level = [word for word in words if not word.turned and abs(word.base - foot) < _SAME]
    names = [
        " ".join(word.text for word in sorted([*feet, *level], key=lambda each: each.x0) if low <= word.x0 < high)
        for low, high in pairwise([*found.starts, float("inf")])
    ]
    if any(abs(word.base - foot) > _SAME for word in feet) or not all(names[1:]):
        return found
    left, top, right, bottom = found.box
    box = (left, min([top, *(word.top for word in level)]), right, bottom)
    return replace(
        found, box=box, rows=(tuple(names), *found.rows), bold=(True, *(False for _ in found.rows)), guessed=False
    )


def _is_near(word: Word, found: Found) -> bool:
    left, top, right, _ = found.box
    return left <= word.x0 <= right and top - _NEAR * (word.x1 - word.x0) < word.base < top + _SAME
