"""What a source made of a document, against the labels of its text."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from benchmarks.guidelines.labels import Label, furniture, labels
from benchmarks.guidelines.text import Text
from index import chunk
from index.document import Document
from index.sources import reader
from medrag.types import Passage

# Numbers of recommendations and lists, and names of columns, may stand in a quote beside what is labelled.
_SLACK, _ROW_SLACK = 30, 30
_WINDOW = 6
# Marks that part a cell's bullets, and cells.
_ODD = str.maketrans({"•": " ", ";": "", "−": "-", "–": "-", "’": "'", "“": '"', "”": '"', "\u00a0": " ", "μ": "µ"})
_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass
class Score:
    """Counts; ``missed`` says each label that was not found, ``wrong`` what was found and should not be."""

    sentences: int = 0
    sentences_whole: int = 0
    headed: int = 0
    headings: int = 0
    rows: int = 0
    rows_whole: int = 0
    paged: int = 0
    pages: int = 0
    quotes: int = 0
    furniture: int = 0
    stray: int = 0
    negations: int = 0
    negations_lost: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: Score) -> Score:
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})


@dataclass(frozen=True)
class Quote:
    """A quotable sentence, its words plain."""

    text: str
    passage: Passage


def read(file: Path, kind: str) -> list[Passage]:
    """The passages of a document."""
    made = reader(kind)(file)
    return [passage for item in made if isinstance(item, Document) for passage in chunk.passages(item)]


def score(text: Text, passages: Sequence[Passage], pdf: Path | None) -> Score:
    """``pdf`` tells the page of each sentence by another program's reading."""
    quotes = [Quote(_plain(each.quote(one)), each) for each in passages for one in each.sentences]
    known = labels(text)
    found = Score(quotes=len(quotes))
    used: set[int] = set()
    for label in known:
        holding = _holding(quotes, label)
        _count(found, label, holding, pdf)
        used |= {id(each) for each in holding}
    _strays(found, text, [each for each in quotes if id(each) not in used])
    for label in known:
        _negation(found, label, quotes, [_plain(each.text) for each in known if each.text != label.text])
    return found


def _count(found: Score, label: Label, holding: list[Quote], pdf: Path | None) -> None:
    if label.row:
        found.rows += 1
        found.rows_whole += bool(holding)
    else:
        found.sentences += 1
        found.sentences_whole += bool(holding)
    if not holding:
        found.missed.append(f"{'row' if label.row else 'sentence'}: {label.text}")
        return
    if not label.row and label.heading:
        found.headed += 1
        right = any(_unnumbered(each.passage.section[-1:]) == _plain(label.heading) for each in holding)
        found.headings += right
        if not right:
            found.missed.append(f"heading {label.heading!r}: {holding[0].passage.section} over {label.text[:50]}")
    if pdf and (page := _page(pdf, label.seen or label.parts[-1 if len(label.parts) == 2 else 0])):
        found.paged += 1
        found.pages += any(each.passage.page == page for each in holding)
        if all(each.passage.page != page for each in holding):
            found.missed.append(f"page {page}: {holding[0].passage.page} of {label.text[:50]}")


def _holding(quotes: Sequence[Quote], label: Label) -> list[Quote]:
    """The quotes that hold a label's words in their order and little else."""
    parts = [_plain(part) for part in label.parts]
    own = label.room + _ROW_SLACK if label.row else sum(map(len, parts)) + len(parts) * 2 + _SLACK
    room = max(own, label.room + _SLACK)
    return [each for each in quotes if len(each.text) <= room and all(part in each.text for part in parts)]


def _strays(found: Score, text: Text, rest: Sequence[Quote]) -> None:
    unwanted = [_plain(each) for each in furniture(text)]
    for quote in rest:
        if any(each in quote.text for each in unwanted):
            found.furniture += 1
            found.wrong.append(f"furniture: {quote.text}")
        else:
            found.stray += 1
            found.wrong.append(f"stray: {quote.text}")


def _negation(found: Score, label: Label, quotes: Sequence[Quote], others: Sequence[str]) -> None:
    """Whether a quote holds what a negation governs, six words of it, without the negation."""
    if label.negation is None:
        return
    found.negations += 1
    before, after = label.negation
    said = _plain(" ".join(before.split()[-3:])).replace(";", "")
    spans = [
        _plain(" ".join(after[start : start + _WINDOW])).replace(";", "")
        for start in range(max(1, len(after) - _WINDOW + 1))
    ]
    windows = [
        each for each in spans if len(each.split()) > 2 and not any(each in other.replace(";", "") for other in others)
    ]
    for quote in quotes:
        # What belongs together is joined with ";".
        text = quote.text.replace(";", "")
        if any(each in text for each in windows) and said not in text:
            found.negations_lost += 1
            found.wrong.append(f"negation lost: {quote.text} | {label.text}")
            return


def _plain(text: str) -> str:
    return " ".join(text.translate(_ODD).lower().split())


def _unnumbered(section: Sequence[str]) -> str:
    return re.sub(r"^[\d.]+\s+", "", _plain(section[0])) if section else ""


def _page(pdf: Path, words: str) -> int | None:
    """The page, from 1, on which Poppler finds the beginning of ``words``; None where it is on none or on several."""
    wanted = _LETTERS.sub("", _plain(words))[:28]
    found = [number for number, page in enumerate(_pages(pdf), start=1) if wanted in page]
    return found[0] if len(found) == 1 and len(wanted) > 12 else None


@cache
def _pages(pdf: Path) -> list[str]:
    done = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True, text=True)
    return [_LETTERS.sub("", page.translate(_ODD).lower()) for page in done.stdout.split("\f")[:-1]]


def lines(found: Score) -> Iterator[str]:
    """What was missed and what was wrong."""
    yield from found.missed
    yield from found.wrong
