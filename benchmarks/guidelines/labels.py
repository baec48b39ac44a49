"""What a reader must find in a document, taken from the text before any tool or reader saw it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.guidelines.text import (
    FURNITURE,
    Block,
    Heading,
    Listing,
    Paragraph,
    Recommendation,
    References,
    Steps,
    Table,
    Text,
)

_NEGATED = re.compile(
    r"\b(?:not|never|avoid(?:ed)?|no|nor|neither|cannot|against|unless|without|except|stop|none|omit(?:ted)?)\b",
    re.IGNORECASE,
)


MARKS = "ᵃᵇᶜᵈᵉᶠᵍ"
"""Of footnotes, set as raised letters by the makers."""
_MARKS = f"{MARKS}*†‡§¶¹²³⁴⁵⁶⁷⁸⁹"
_NEXT_SENTENCE = re.compile(r"(?<=[a-z0-9)%][.!?]) (?=[A-Z])")


@dataclass(frozen=True)
class Label:
    """Words that stand in one quotable sentence, in this order, under ``heading``.

    A row's are its cells but empty ones, each after its column's name. ``heading`` is "" where either of two would be
    right; ``room`` is how long a quote of it may be at most, of a sentence that of its whole recommendation; ``seen``
    are the words that tell its page where the first of all do not.
    """

    parts: tuple[str, ...]
    heading: str
    row: bool = False
    room: int = 0
    seen: str = ""

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join(self.parts)

    @property
    def negation(self) -> tuple[str, list[str]] | None:
        """The words up to and with the first negation, and the words after it; None where there is none."""
        match = _NEGATED.search(self.text)
        return (self.text[: match.end()], self.text[match.end() :].split()) if match and not self.row else None


def labels(text: Text) -> list[Label]:
    """The labels of a text in its order."""
    heading = ""
    found: list[Label] = []
    for block in text.blocks:
        if isinstance(block, Heading):
            heading = block.text
        else:
            found += _of(block, heading)
    return found


def furniture(text: Text) -> list[str]:
    """What must not be quoted: heads, feet, rights and literature."""
    cited = [each[:30] for block in text.blocks if isinstance(block, References) for each in block.items]
    return [*FURNITURE, *cited]


def _of(block: Block, heading: str) -> Iterator[Label]:
    if isinstance(block, Paragraph):
        yield from (Label((each,), heading) for said in block.sentences for each in _NEXT_SENTENCE.split(said))
    elif isinstance(block, Recommendation):
        said = _NEXT_SENTENCE.split(block.text)
        yield from (Label((each,), heading, room=len(block.text)) for each in said)
    elif isinstance(block, Listing):
        yield from (Label(parts, heading) for parts in _listed(block))
    elif isinstance(block, Steps):
        yield from (Label((each,), heading) for each in block.items)
    elif isinstance(block, Table):
        yield from _rows(block, block.caption or heading)
        notes = (each for each in block.notes if each[0] not in _MARKS)
        yield from (Label((each,), "") for note in notes for each in _NEXT_SENTENCE.split(note))


def _listed(listing: Listing) -> Iterator[tuple[str, ...]]:
    if listing.together:
        yield (listing.stem, *map(str, listing.items))
        return
    for each in listing.items:
        inner = _listed(each) if isinstance(each, Listing) else [(each,)]
        yield from ((listing.stem, *parts) for parts in inner)


def _rows(table: Table, heading: str) -> Iterator[Label]:
    group = ""
    for number, row in enumerate(table.rows):
        if number in table.groups:
            group = row[0]
        else:
            yield _row(table, row, heading, group)


def _row(table: Table, row: list[str], heading: str, group: str) -> Label:
    above, names = table.heads[0], table.heads[-1]
    shared = sorted({name for name, cell in zip(above, row, strict=True) if cell and above.count(name) > 1})
    cells = [f"{name}: {cell}" for name, cell in zip(names[1:], row[1:], strict=True) if cell]
    noted = [note[1:].strip() for note in table.notes if any(note[0] in cell for cell in row if note[0] in _MARKS)]
    parts = tuple(each.replace("\n", " ") for each in (*filter(None, [group]), *shared, row[0], *cells, *noted))
    said = [*(name for head in table.heads for name in head), *row, *noted, group]
    return Label(parts, heading, row=True, room=sum(len(each) + 2 for each in said), seen=row[0])
