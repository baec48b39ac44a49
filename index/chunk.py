"""Documents to passages: cut on headings and between sentences, never inside a statement."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index import furniture
from index.document import Block, Document, Section
from index.grading import Marks, explains_a_scale, grading
from index.sentences import sentences, word_count
from medrag.types import Passage, Sentence

# MiniLM reads 256 tokens: about 150 words of guideline under a heading. More than six sentences dilute a vector.
MAX_WORDS = 150
MAX_SENTENCES = 6
# A longer statement stays in one passage, but its sentences are quoted one by one.
MAX_QUOTED_WORDS = 60
PARAMETERS = {"max_words": MAX_WORDS, "max_sentences": MAX_SENTENCES, "max_quoted_words": MAX_QUOTED_WORDS}


@dataclass(frozen=True)
class Unit:
    """What is never cut: a statement, or one sentence of a paragraph. ``opens`` says that a block begins here."""

    text: str
    sentences: tuple[Sentence, ...]
    opens: bool
    page: int | None = None


def passages(document: Document) -> Iterator[Passage]:
    """The passages of ``document`` in its order, without what it says of itself.

    Ids are ``document#section``, numbered where a section has several.
    """
    used: Counter[str] = Counter()
    for section in furniture.kept(document.sections):
        slug = _slug(section.heading[-1]) if section.heading else "text"
        for units in _packed(section, document.marks):
            used[slug] += 1
            suffix = f"-{used[slug]}" if used[slug] > 1 else ""
            yield _passage(document, section, f"{document.id}#{slug}{suffix}", units)


def _packed(section: Section, marks: Marks) -> Iterator[list[Unit]]:
    """The section's units in pieces, each on one page, so that its number is that of every sentence."""
    explains = any(map(explains_a_scale, section.heading))
    units = (
        unit
        for block in section.blocks
        for unit in _units(block, None if explains else marks.under(section.heading[-1] if section.heading else ""))
    )
    for _, of_page in groupby(units, key=lambda unit: unit.page):
        yield from _evenly(list(of_page))


def _evenly(units: list[Unit]) -> Iterator[list[Unit]]:
    """As few pieces as fit, of about the same size, so that no short tail is left over."""
    words = [word_count(unit.text) for unit in units]
    pieces = _pieces(units, words, MAX_WORDS, MAX_SENTENCES)
    if len(pieces) > 1:
        even_words = max(-(-sum(words) // len(pieces)) + max(words) // 2, 1)
        even_sentences = -(-sum(len(unit.sentences) for unit in units) // len(pieces))
        even = _pieces(units, words, min(even_words, MAX_WORDS), min(even_sentences, MAX_SENTENCES))
        pieces = even if len(even) == len(pieces) else pieces
    yield from pieces


def _pieces(units: list[Unit], words: list[int], max_words: int, max_sentences: int) -> list[list[Unit]]:
    pieces: list[list[Unit]] = []
    room_words = room_sentences = 0
    for unit, count in zip(units, words, strict=True):
        if not pieces or count > room_words or len(unit.sentences) > room_sentences:
            pieces.append([])
            room_words, room_sentences = max_words, max_sentences
        pieces[-1].append(unit)
        room_words -= count
        room_sentences -= len(unit.sentences)
    return pieces


def _units(block: Block, marks: Marks | None) -> Iterator[Unit]:
    """What of a block is never cut; its sentences have the gradings that their words give, none without ``marks``."""
    whole = block.statement and word_count(block.text) <= MAX_QUOTED_WORDS
    spans = [(0, len(block.text))] if whole else list(sentences(block.text))
    kept = [
        Sentence(start=start, end=end, strength=strength, grade=grade)
        for (start, end), (strength, grade) in zip(spans, _gradings(block, spans, marks), strict=True)
    ]
    if block.statement or not block.quotable:
        yield Unit(block.text, tuple(kept) if block.quotable else (), opens=True, page=block.page)
        return
    for position, each in enumerate(kept):
        text = block.text[each.start : each.end]
        quoted = each.model_copy(update={"start": 0, "end": len(text)})
        yield Unit(text, (quoted,), opens=position == 0, page=block.page)


def _gradings(
    block: Block, spans: Sequence[tuple[int, int]], marks: Marks | None
) -> list[tuple[str | None, str | None]]:
    """Strength and grade of each sentence: its own, but those of a statement share one that stands alone."""
    if block.strength or block.grade or marks is None:
        return [(block.strength, block.grade)] * len(spans)
    own = [grading(block.text[start:end], marks) for start, end in spans]
    shared = block.statement and sum(any(each) for each in own) < 2
    return [grading(block.text, marks)] * len(spans) if shared else own


def _passage(document: Document, section: Section, passage_id: str, units: list[Unit]) -> Passage:
    text = ""
    kept: list[Sentence] = []
    for unit in units:
        text += ("\n" if unit.opens else " ") if text else ""
        kept += [
            each.model_copy(update={"start": each.start + len(text), "end": each.end + len(text)})
            for each in unit.sentences
        ]
        text += unit.text
    return Passage(
        id=passage_id,
        doc_id=document.id,
        title=document.title,
        text=text,
        sentences=tuple(kept),
        section=section.heading,
        organisations=document.organisations,
        year=document.year,
        status=document.status,
        jurisdiction=document.jurisdiction,
        population=document.population,
        icd10=document.icd10,
        url=document.url,
        page=units[0].page,
        file=document.file,
        edition=document.edition,
        language=document.language,
        effective=document.effective,
        review=document.review,
        licence=document.licence,
        attribution=document.attribution,
    )


def _slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9\u3400-\u9fff]+", "-", heading.lower()).strip("-")[:60].rstrip("-") or "section"
