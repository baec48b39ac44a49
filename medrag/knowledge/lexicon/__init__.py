"""How notes are written: headings, cues and eponyms, in plain text files edited by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Cue:
    """Words that bear on what follows or precedes them, as ConText has it."""

    category: str
    direction: str
    words: tuple[str, ...]
    ended_by: frozenset[str] | None = None


@cache
def cues() -> tuple[Cue, ...]:
    """The ConText cues of ``cues.txt``."""
    found = []
    for title, body in _blocks("cues.txt"):
        category, direction, *ended_by = title.split()
        words = (word.strip() for word in " ".join(body).split(","))
        found.append(Cue(category, direction, tuple(word for word in words if word), frozenset(ended_by) or None))
    return tuple(found)


def endings() -> dict[str, list[str]]:
    """By category, the categories that end its reach."""
    return {cue.category: sorted(cue.ended_by) for cue in cues() if cue.ended_by}


@cache
def headings() -> dict[str, tuple[str, ...]]:
    """The regular expressions of ``headings.txt`` by section category."""
    return {title: tuple(body) for title, body in _blocks("headings.txt")}


@cache
def eponyms() -> frozenset[str]:
    """Every name of ``eponyms.txt``, in lower case."""
    return frozenset(_words("eponyms.txt"))


def _words(name: str) -> Iterator[str]:
    for line in _lines(name):
        yield from (word.strip().casefold() for word in line.split(",") if word.strip())


def _blocks(name: str) -> Iterator[tuple[str, list[str]]]:
    """A title line and the "=" lines under it."""
    title: str | None = None
    body: list[str] = []
    for line in _lines(name):
        if line.startswith("="):
            body.append(line.removeprefix("=").strip())
            continue
        if title:
            yield title, body
        title, body = line, []
    if title:
        yield title, body


def _lines(name: str) -> Iterator[str]:
    for line in files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()
