"""Examples from written questions: evidence as retrieval leaves it, and the questions asked over it.

Questions over the same document share their evidence (as a prefix cache shares it in serving), so that a sentence is
read once for several questions. Each question sees the evidence and itself alone: what it is trained on is exactly the
prompt that serving sends.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from medrag.datasets.questions import Place, Question, found, places
from medrag.generation.modes import MODES
from medrag.generation.modes.quote import MAX_STATEMENTS, marks
from medrag.generation.prompts import asked, shared
from medrag.knowledge import Knowledge
from medrag.retrieval.question.query import query_for
from medrag.retrieval.retriever import Retriever
from medrag.types import Case, Evidence, Passage, Record

QUOTE = MODES["quote"]
SHOWN = 24
"""Sentences shown, as in serving."""
MOST_MAY = 1
"""Sentences that may stand in an answer, beside all of those that must."""
ALIKE = 6
"""Sentences that two questions' own evidence must share to be asked over one."""
MISSED = 0.1
"""The share of examples whose evidence is retrieval's alone, whether it found the answer or not."""


class Branch(Record):
    """One question over shared evidence: its own part of the prompt, and the answer."""

    id: str
    prompt: str
    answer: str


class Example(Record):
    """``shared`` is the part of the user's message that all ``branches`` follow."""

    source: str
    system: str
    shared: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Asked:
    """A question with its case, the sentences that retrieval ranks for it (best first), and its gold."""

    question: Question
    case: Case
    ranked: Sequence[Place]
    must: Sequence[Place]
    may: Sequence[Place]


class Corpus:
    """The passages of an index, and what its retriever ranks for a question."""

    def __init__(self, retriever: Retriever, passages: Sequence[Passage], knowledge: Knowledge) -> None:
        self.retriever = retriever
        self.knowledge = knowledge
        self._passages = {each.id: each for each in passages}
        self._where = places(passages)
        self._documents = {each.doc_id for each in passages}

    def holds(self, document: str) -> bool:
        """Whether the index has this document."""
        return document in self._documents

    def found(self, question: Question, hashes: Iterable[str]) -> list[Place]:
        """Where these sentences of the question's document stand, as far as the index has them."""
        return found(question, hashes, self._where)

    def ask(self, question: Question) -> Asked:
        """What serving's retrieval finds, twice as much as is shown; an index without the gold gives none."""
        case = question.case
        query = query_for(case, self.knowledge)
        evidence = self.retriever.sentences(query, k=2 * SHOWN, floored=False)
        ranked = sorted(
            (rank, place) for item in evidence for rank, place in zip(item.ranks, self._places(item), strict=True)
        )
        return Asked(
            question,
            case,
            [place for _, place in ranked],
            self.found(question, question.must),
            self.found(question, question.may),
        )

    def evidence(self, shown: Sequence[Place], ranked: Sequence[Place]) -> list[Evidence]:
        """These sentences as retrieval would show them, ranked for one question: passages in the order of ``shown``."""
        rank = {place: number for number, place in enumerate(ranked, start=1)}
        kept: dict[str, list[int]] = defaultdict(list)
        for passage, position in shown:
            kept[passage].append(position)
        return [
            Evidence(
                number=number,
                passage=self._only(passage, sorted(positions)),
                score=1.0,
                ranks=tuple(rank.get((passage, each), len(ranked) + 1) for each in sorted(positions)),
            )
            for number, (passage, positions) in enumerate(kept.items(), start=1)
        ]

    def _only(self, passage: str, positions: Sequence[int]) -> Passage:
        whole = self._passages[passage]
        return whole.model_copy(update={"sentences": tuple(whole.sentences[each - 1] for each in positions)})

    def _places(self, item: Evidence) -> Iterator[Place]:
        whole = self._passages[item.passage.id]
        at = {each.start: position for position, each in enumerate(whole.sentences, start=1)}
        return ((whole.id, at[each.start]) for each in item.passage.sentences)


def examples(corpus: Corpus, questions: Sequence[Question], rng: random.Random, together: int) -> Iterator[Example]:
    """Every question once, up to ``together`` of a document over the same evidence."""
    by_document: dict[str, list[Asked]] = defaultdict(list)
    for each in questions:
        by_document[each.doc].append(corpus.ask(each))
    for asked_of in by_document.values():
        rng.shuffle(asked_of)
        yield from (_example(corpus, group, rng) for group in _groups(_twins(asked_of, together), together))


def _twins(asked_of: Sequence[Asked], together: int) -> list[list[Asked]]:
    """Twins side by side, ``together`` at most; every other question alone."""
    by_twin: dict[str, list[Asked]] = defaultdict(list)
    for each in asked_of:
        by_twin[each.question.twin or each.question.id].append(each)
    groups = [group[at : at + together] for group in by_twin.values() for at in range(0, len(group), together)]
    return sorted(groups, key=len, reverse=True)


def _groups(left: list[list[Asked]], together: int) -> Iterator[list[Asked]]:
    """Twins, and other questions whose own evidence is much the same."""
    while left:
        group = left.pop(0)
        first = group[0]
        for each in sorted(left, key=lambda other: -_overlap(first, other[0])):
            if len(group) + len(each) <= together and _overlap(first, each[0]) >= ALIKE:
                group = group + each
                left.remove(each)
        yield group


def _overlap(one: Asked, other: Asked) -> int:
    """How many sentences both would be shown."""
    return len(set(one.ranked[:SHOWN]) & set(other.ranked[:SHOWN]))


def _example(corpus: Corpus, group: Sequence[Asked], rng: random.Random) -> Example:
    shown = shown_together(group, missed=rng.random() < MISSED)
    first = corpus.evidence(shown, group[0].ranked)
    return Example(
        source=group[0].question.doc,
        system=QUOTE.system,
        shared=shared(first, QUOTE, corpus.knowledge),
        branches=tuple(branch(corpus, each, shown) for each in group),
    )


def shown_together(group: Sequence[Asked], count: int = SHOWN, *, missed: bool = False) -> list[Place]:
    """``count`` sentences: those that must be there, then the best ranked of each question in turn.

    Passages by their best one.
    """
    chosen = [] if missed else [place for each in group for place in each.must]
    for row in zip_longest(*(each.ranked for each in group)):
        chosen += [place for place in row if place is not None]
    kept = list(dict.fromkeys(chosen))[:count]
    best = {place: min(_rank(each, place) for each in group) for place in kept}
    first = {place[0]: min(best[other] for other in kept if other[0] == place[0]) for place in kept}
    return sorted(kept, key=lambda place: (first[place[0]], place))


def _rank(each: Asked, place: Place) -> int:
    return each.ranked.index(place) if place in each.ranked else len(each.ranked)


def answering(each: Asked, shown: Sequence[Place]) -> list[Place]:
    """The sentences of a right answer as far as they are shown, most important first; none: abstain."""
    must = [place for place in each.must if place in shown]
    may = [place for place in each.may if place in shown][:MOST_MAY]
    return [*must, *may][:MAX_STATEMENTS] if must else []


def branch(corpus: Corpus, each: Asked, shown: Sequence[Place]) -> Branch:
    """The question over the sentences ``shown``, with the letters of those that answer it."""
    evidence = corpus.evidence(shown, each.ranked)
    mark = dict(zip(shown, marks(evidence).values(), strict=True))
    return Branch(
        id=each.question.id,
        prompt=asked(each.case, evidence, QUOTE, corpus.knowledge),
        answer=QUOTE.joined([mark[place] for place in answering(each, shown)]),
    )
