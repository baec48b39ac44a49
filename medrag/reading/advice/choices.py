"""Lists of the drugs there are for something, of which one is to be chosen and which nobody takes together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from medrag.reading.languages import pattern

_said = partial(pattern, "choices")
_LISTED = re.compile(r"\s*(?:\((?P<inside>[^()]*)\)|:\s*(?P<behind>[^.:()]*)(?:\.|$))")
MOST_ITEMS = 12
_DOSED = re.compile(r"\s*\d")


def listed(text: str, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether the names at ``one`` and ``other`` stand in a list without doses, or one of which is to be chosen.

    What is given together or with a dose of its own is no such list.
    """
    between, behind = text[one[1] : other[0]], text[other[1] :]
    if any(each.isdigit() for each in between) or _said("joined").search(between):
        return False
    if _said("joined_behind").match(behind):
        return False
    there_are = _said("there_are").search(text[: one[0]]) is not None and _DOSED.match(behind) is None
    return there_are or _said("choose").match(text, other[1]) is not None


def examples(text: str, group: tuple[int, int], one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether the names at ``one`` and ``other`` are examples of the class named at ``group``, listed right behind it.

    "DOACs (apixaban, edoxaban)" and "any NSAID: ibuprofen, naproxen" are such; what is joined, dosed or said to be
    taken together is none.
    """
    behind = _LISTED.match(text, group[1])
    if not behind or not behind.start() <= one[0] < other[1] <= behind.end():
        return False
    names, before = behind["inside"] or behind["behind"] or "", text[: group[0]]
    if behind["behind"] is not None and not _said("any_of").search(before):
        return False
    together = _said("several").search(before) or _said("joined_behind").match(text, behind.end())
    return not together and not _said("joined_list").search(names)


def one_of(text: str) -> Iterator[list[tuple[int, int]]]:
    """Where the items stand of every list, a line each, of which ``text`` says above it that one is to be chosen."""
    lines = [found.span() for found in re.finditer(r"[^\n]+", text)]
    for place, (start, end) in enumerate(lines):
        if _said("one of these").match(text[start:end]) is None:
            continue
        items: list[tuple[int, int]] = []
        for first, last in lines[place + 1 : place + 1 + MOST_ITEMS]:
            if text[first - 2 : first] == "\n\n" and items:
                break
            items.append((first, last))
            if text[last - 1] == "." and items[1:]:
                break
        if len(items) > 1:
            yield items
