"""The model's part in the order of sentences, with a model whose likelihoods are given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from medrag import knowledge
from medrag.events import Usage
from medrag.generation.likelihood import ALONE, LOOKED_AT, LikelihoodOrder, asked_by, reordered
from medrag.generation.modes.quote import by_rank
from medrag.retrieval.question.query import Query
from medrag.retrieval.sentences import sentence_texts
from medrag.types import Evidence
from tests.evidence import GOUT, HYPERTENSION, evidence

FACTS = knowledge.load()
QUERY = Query("gout", "What for a gout flare?\nPatient: age 60", "What for a gout flare?")


@dataclass
class Told:
    """After the question a text that holds ``word`` is likelier by ``gain``; every character costs one."""

    word: str
    gain: float = 5.0
    seen: list[str] = field(default_factory=list)

    async def log_likelihoods(self, texts: Sequence[str], used: Callable[[Usage], None] | None = None) -> list[float]:
        self.seen += texts
        if used:
            used(Usage(len(texts), 1))
        asked = asked_by(QUERY)
        return [-len(each) + self.gain * (each.startswith(asked) and self.word in each[len(asked) :]) for each in texts]


def ranked(distance: float = 1.0) -> list[Evidence]:
    """Every sentence ranked in the order it stands in, each ``distance`` behind the one before."""
    found, rank = [], 0
    for each in evidence(HYPERTENSION, GOUT):
        ranks = tuple(range(rank + 1, rank + 1 + len(each.passage.sentences)))
        found.append(each.model_copy(update={"ranks": ranks, "behind": tuple(distance * (at - 1) for at in ranks)}))
        rank = ranks[-1]
    return found


def first(found: Sequence[Evidence]) -> str:
    number, position = by_rank(found)[0]
    passage = found[number - 1].passage
    return passage.quote(passage.sentences[position - 1])


def last_sentence(found: Sequence[Evidence]) -> str:
    passage = found[-1].passage
    return passage.quote(passage.sentences[-1])


def test_a_sentence_that_the_question_makes_likelier_comes_first() -> None:
    before = ranked(distance=0.1)
    wanted = last_sentence(before)
    order = LikelihoodOrder(Told(wanted), weight=1.0, knowledge=FACTS)
    costs: list[Usage] = []
    after = asyncio.run(order.reorder(QUERY, before, costs.append))
    assert first(after) == wanted != first(before)
    assert [each.number for each in after] == list(range(1, len(before) + 1))
    assert after[0].passage == before[-1].passage
    assert sorted(rank for each in after for rank in each.ranks) == sorted(
        rank for each in before for rank in each.ranks
    )
    assert min(far for each in after for far in each.behind) == 0
    assert len(costs) == 2


def test_a_gain_counts_by_its_weight() -> None:
    before = ranked(distance=1.0)
    order = LikelihoodOrder(Told(last_sentence(before)), weight=0.01, knowledge=FACTS)
    assert first(asyncio.run(order.reorder(QUERY, before))) == first(before)


def test_what_a_sentence_is_by_itself_is_asked_once_and_questions_are_not_kept() -> None:
    before, model = ranked(), Told("x")
    order = LikelihoodOrder(model, weight=1.0, knowledge=FACTS)
    for _ in range(2):
        asyncio.run(order.reorder(QUERY, before))
    texts = [text for each in before for text in sentence_texts(each.passage, FACTS)]
    alone = [each for each in model.seen if each.startswith(ALONE) and each != ALONE]
    assert len(alone) == len(set(alone)) == len(texts)
    assert "gout flare?" not in repr(vars(order)["_alone"])


@pytest.mark.parametrize("asked", ["痛风急性发作用什么药？"])
def test_what_the_model_cannot_read_stays_in_order(asked: str) -> None:
    before, model = ranked(), Told("x")
    order = LikelihoodOrder(model, weight=1.0, knowledge=FACTS)
    assert asyncio.run(order.reorder(Query(asked, asked, asked), before)) == before
    plain = evidence(HYPERTENSION, GOUT)
    assert asyncio.run(order.reorder(QUERY, plain)) == plain
    assert not model.seen


def test_what_was_not_looked_at_stays_behind() -> None:
    passage = evidence(HYPERTENSION)[0]
    before = [
        passage.model_copy(
            update={
                "number": number,
                "ranks": tuple(range(start, start + len(passage.passage.sentences))),
                "behind": tuple(0.1 * at for at in range(start, start + len(passage.passage.sentences))),
            }
        )
        for number, start in enumerate(range(1, 3 * LOOKED_AT, len(passage.passage.sentences)), start=1)
    ]
    after = reordered(before, {rank: -float(rank) for rank in range(1, LOOKED_AT + 1)})
    behind = {rank: far for each in after for rank, far in zip(each.ranks, each.behind, strict=True)}
    assert [far for _, far in sorted(behind.items())] == sorted(behind.values())
    assert behind[LOOKED_AT + 1] >= behind[LOOKED_AT]
