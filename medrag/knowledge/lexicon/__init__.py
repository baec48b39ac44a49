"""The words of notes: conditions, drugs and allergens, in plain text files edited by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Condition:
    """A condition's usual name, whether it is an event (over once it is history), and its other spellings."""

    name: str
    event: bool
    spellings: tuple[str, ...]


@cache
def conditions() -> tuple[Condition, ...]:
    """Every condition of ``conditions.txt``."""
    found = []
    for line in _lines("conditions.txt"):
        name, _, others = line.removeprefix("!").partition("=")
        spellings = (name.strip(), *(each.strip() for each in others.split(",") if each.strip()))
        found.append(Condition(name.strip(), line.startswith("!"), spellings))
    return tuple(found)


@cache
def alleles() -> dict[tuple[str, str], str]:
    """Function or activity value by (gene, allele), of ``alleles.txt``."""
    found: dict[tuple[str, str], str] = {}
    for title, body in _blocks("alleles.txt"):
        gene, function = title.split()
        found |= {(gene, allele.strip()): function for line in body for allele in line.split(",")}
    return found


@cache
def drugs() -> frozenset[str]:
    """Every drug name of ``drugs.txt``, in lower case."""
    return frozenset(_words("drugs.txt"))


@cache
def allergens() -> frozenset[str]:
    """Every allergen of ``allergens.txt`` besides drugs, in lower case."""
    return frozenset(_words("allergens.txt"))


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
