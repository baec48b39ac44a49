"""From a completion to statements that stand on spans of the evidence, as the text arrives.

A reader cuts the stream into drafts; :func:`ground` resolves a draft's marks to spans. A draft whose marks resolve
to nothing becomes a statement with a withholding finding. Whether the drugs and doses of a statement stand in its
spans is the safety filter's check, which every statement passes through next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rapidfuzz import fuzz

from medrag.generation.prompts import ABSTAIN, Grounding
from medrag.generation.quoting import POINTER, pointer
from medrag.safety.check_context import fail
from medrag.types import Citation, Evidence, Pointer, Sentence, Severity, Statement

SOURCE = "medrag: a statement must stand on a retrieved passage"

MIN_SUPPORT = 60.0
"""Least share (0 to 100) of a free statement's words that its cited sentence must hold (rapidfuzz token_set_ratio)."""


@dataclass(frozen=True)
class Draft:
    """What the model wrote, not yet looked at: text and the (passage, sentence) marks it carries."""

    text: str
    marks: tuple[tuple[int, int | None], ...]


def pointed(choice: Pointer) -> Draft:
    """The draft that a pointer alone makes."""
    return Draft(pointer(*choice), (choice,))


class Reader(Protocol):
    """Cuts arriving text into drafts, each as soon as it is complete."""

    def feed(self, piece: str) -> Iterator[Draft]:
        """The drafts that ``piece`` completed."""
        ...

    def finish(self) -> Iterator[Draft]:
        """What was left at the end of the stream."""
        ...


def reader(grounding: Grounding) -> Reader:
    """A fresh reader for one completion."""
    return QuoteReader() if grounding == "quote" else CiteReader()


class QuoteReader:
    """Reads pointers; a sentence is pointed at once, however often the model repeats itself."""

    def __init__(self) -> None:
        self._rest = ""
        self._seen: set[str] = set()

    def feed(self, piece: str) -> Iterator[Draft]:
        """See :class:`Reader`."""
        self._rest += piece
        end = 0
        for match in POINTER.finditer(self._rest):
            end = match.end()
            if match[0] not in self._seen:
                self._seen.add(match[0])
                yield Draft(match[0], ((int(match[1]), int(match[2])),))
        self._rest = self._rest[end:]

    def finish(self) -> Iterator[Draft]:
        """Anything that is no pointer is not part of the format and is dropped."""
        return iter(())


_MARK = re.compile(r"\[(\d+)\]")
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")


class CiteReader:
    """Reads lines of free text, each one statement with its ``[n]`` marks."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, piece: str) -> Iterator[Draft]:
        """See :class:`Reader`."""
        *lines, self._rest = (self._rest + piece).split("\n")
        for line in lines:
            yield from self._draft(line)

    def finish(self) -> Iterator[Draft]:
        """The last line needs no line end."""
        line, self._rest = self._rest, ""
        return self._draft(line)

    @staticmethod
    def _draft(line: str) -> Iterator[Draft]:
        text = " ".join(_MARK.sub("", _LIST_MARK.sub("", line)).split()).replace(" .", ".").strip()
        if text and text.strip(". ") != ABSTAIN:
            yield Draft(text, tuple((int(number), None) for number in _MARK.findall(line)))


def ground(draft: Draft, evidence: Sequence[Evidence]) -> Statement:
    """The statement with its citations, or with the finding that withholds it."""
    by_number = {item.number: item for item in evidence}
    if not draft.marks:
        return _ungrounded(draft, "grounding.no_citation")
    citations = []
    for number, position in draft.marks:
        item = by_number.get(number)
        if item is None:
            return _ungrounded(draft, "grounding.not_retrieved", number=number)
        sentence = _supporting(item, draft.text) if position is None else _pointed(item, position)
        if sentence is None:
            return _ungrounded(draft, "grounding.unsupported", number=number)
        citations.append(_citation(item, sentence))
    quoted = all(position is not None for _, position in draft.marks)
    text = " ".join(citation.quote for citation in citations) if quoted else draft.text
    return Statement(text=text, citations=tuple(citations))


def _pointed(item: Evidence, position: int) -> Sentence | None:
    sentences = item.passage.sentences
    return sentences[position - 1] if 1 <= position <= len(sentences) else None


def _supporting(item: Evidence, text: str) -> Sentence | None:
    """The sentence that shares most of the statement's words, if it shares enough."""
    scored = [
        (fuzz.token_set_ratio(text.lower(), item.passage.quote(sentence).lower()), sentence)
        for sentence in item.passage.sentences
    ]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best if score >= MIN_SUPPORT else None


def _citation(item: Evidence, sentence: Sentence) -> Citation:
    passage = item.passage
    return Citation(
        number=item.number,
        passage_id=passage.id,
        start=sentence.start,
        end=sentence.end,
        quote=passage.quote(sentence),
        title=passage.title,
        status=passage.status,
        url=passage.url,
        strength=sentence.strength,
        grade=sentence.grade,
        page=passage.page,
        link=passage.link,
    )


def _ungrounded(draft: Draft, code: str, **values: int) -> Statement:
    finding = fail(code, Severity.CONTRAINDICATED, SOURCE, **values)
    return Statement(text=draft.text, findings=(finding,))
