"""The language model's part in the order of sentences: how much likelier a question makes each of them.

A causal model that has read the question finds the sentence that answers it likelier than it found it before. The gain
log P(sentence | question) - log P(sentence) is their pointwise mutual information (Church and Hanks 1990), read off the
served model in one pass in which nothing is decoded, and stands beside the log odds of search's order.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from medrag.events import Usage
from medrag.knowledge import Knowledge
from medrag.reading.languages.gloss import is_chinese
from medrag.retrieval.question.query import Query
from medrag.retrieval.sentences import sentence_texts
from medrag.types import Evidence

LOOKED_AT = 16
"""Sentences that the model reads: about 1,300 tokens."""
QUESTION_CHARACTERS = 500
ALONE = "A clinical guideline says.\n"
"""What a sentence is read after where nothing is asked."""
KEPT = 50_000
"""Likelihoods of this many sentences by themselves are kept."""


@runtime_checkable
class Likely(Protocol):
    """A model that says how likely texts are."""

    async def log_likelihoods(self, texts: Sequence[str], used: Callable[[Usage], None] | None = None) -> list[float]:
        """The log likelihood of each text, in nats; ``used`` is called with what it cost.

        Raises:
            ModelUnavailable: the model does not answer.
            ModelRefused: its server answered with an error, or tells no likelihoods.
        """
        ...


def asked_by(query: Query) -> str:
    """What a sentence is read after where a question is asked for a patient."""
    _, _, facts = query.described.partition("\n")
    question = query.asked.replace("\n", " ")[:QUESTION_CHARACTERS]
    lines = (f"A clinician asks: {question}", *([facts] if facts else []), "The guideline answers.")
    return "".join(f"{line}\n" for line in lines)


def read_as(text: str) -> str:
    """A sentence under its heading, as the model reads it."""
    return f"{text}\n"


@dataclass
class LikelihoodOrder:
    """Puts the best of what search ranked in order by ``weight`` times their gain beside their log odds.

    Keeps how likely sentences of the index are by themselves, and nothing of a question.
    """

    model: Likely
    weight: float
    knowledge: Knowledge
    _alone: OrderedDict[str, float] = field(default_factory=OrderedDict, repr=False)

    async def reorder(
        self, query: Query, evidence: Sequence[Evidence], used: Callable[[Usage], None] | None = None
    ) -> Sequence[Evidence]:
        """``evidence`` with new ranks and distances from the best, numbered by them.

        As it is where search tells no log odds, and for a question in Chinese, which the bundled model does not read.
        """
        if not evidence or not all(each.behind for each in evidence) or is_chinese(query.asked):
            return evidence
        places = sorted((rank, at) for at, each in enumerate(evidence) for rank in each.ranks)[:LOOKED_AT]
        looked_at = {rank for rank, _ in places}
        texts = {
            rank: text
            for each in evidence
            for rank, text in zip(each.ranks, sentence_texts(each.passage, self.knowledge), strict=True)
            if rank in looked_at
        }
        gains = await self._gains(query, [texts[rank] for rank, _ in places], used)
        return reordered(evidence, {rank: self.weight * gain for (rank, _), gain in zip(places, gains, strict=True)})

    async def _gains(self, query: Query, texts: Sequence[str], used: Callable[[Usage], None] | None) -> list[float]:
        """The gain of every text in nats."""
        new = [each for each in dict.fromkeys(texts) if each not in self._alone]
        after, alone = await asyncio.gather(self._after(asked_by(query), texts, used), self._after(ALONE, new, used))
        self._alone.update(zip(new, alone, strict=True))
        gains = [likely - self._alone[text] for likely, text in zip(after, texts, strict=True)]
        while len(self._alone) > KEPT:
            self._alone.popitem(last=False)
        return gains

    async def _after(self, before: str, texts: Sequence[str], used: Callable[[Usage], None] | None) -> list[float]:
        """Each text's log likelihood after ``before``, by the chain rule."""
        if not texts:
            return []
        first, *rest = await self.model.log_likelihoods([before, *(before + read_as(each) for each in texts)], used)
        return [each - first for each in rest]


def reordered(evidence: Sequence[Evidence], gains: dict[int, float]) -> list[Evidence]:
    """Ranks by how far behind a sentence was, less its gain; those (by rank) without one stay after those with one."""
    behind = {rank: far for each in evidence for rank, far in zip(each.ranks, each.behind, strict=True)}
    scores = {rank: gain - behind[rank] for rank, gain in gains.items()}
    best, worst = max(scores.values()), min(scores.values())
    order = [*sorted(scores, key=lambda rank: (-scores[rank], rank)), *sorted(behind.keys() - scores.keys())]
    places = {rank: place for place, rank in enumerate(order, start=1)}
    far = {rank: best - scores[rank] if rank in scores else max(behind[rank], best - worst) for rank in behind}
    moved = sorted(evidence, key=lambda each: min(places[rank] for rank in each.ranks))
    return [
        each.model_copy(
            update={
                "number": number,
                "ranks": tuple(places[rank] for rank in each.ranks),
                "behind": tuple(round(far[rank], 3) for rank in each.ranks),
            }
        )
        for number, each in enumerate(moved, start=1)
    ]
