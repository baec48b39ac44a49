"""Fits the order of sentences: the weights of :mod:`medrag.retrieval.order`, on written questions.

Each question gives one list: the sentences of the passages that search finds for it, less those that are for other
patients, as in serving. A sentence that must be in the answer is to score above all that need not (a softmax over the
list); one that may be counts a little. What is neither is what it competes with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medrag.datasets.questions import Place, Question
from medrag.errors import PatientError
from medrag.retrieval.order import OrderReader, OrderWeights, features, positions
from medrag.retrieval.question.query import query_for
from medrag.retrieval.retriever import LOOKED_AT
from medrag.retrieval.sentences import SentenceRanker
from medrag.safety.consultation import Consultation
from medrag.types import Evidence
from sft.examples.asked import Corpus

if TYPE_CHECKING:
    from torch import Tensor

MAY = 0.2
"""What a sentence that may be in the answer counts, beside one that must."""
PENALTY = 0.3
"""On the squares of the weights of standardised features, of 0.003 to 0.3: docs/results-model.md."""
NEAREST = 48
"""What a sentence competes with: this many of the nearest ones."""
TRAINING = "training"
"""The origin of written questions of the corpus that are among those fitted on: none may meet itself."""
STEPS = 60
DIGITS = 4


@dataclass(frozen=True)
class Candidates:
    """The sentences that one question is answered from: features ``(sentences, features)``, cosines, and their gold.

    ``wanted`` is how many sentences must be in the answer, those that search did not find among them.
    """

    document: str
    table: NDArray[np.float64]
    cosines: NDArray[np.float64]
    must: NDArray[np.bool_]
    may: NDArray[np.bool_]
    wanted: int


def candidates(corpus: Corpus, questions: Sequence[Question], ranker: SentenceRanker) -> Iterator[Candidates]:
    """One list for each question that has an answer in the corpus and speaks of no second person."""
    reader = OrderReader(corpus.knowledge)
    for question in questions:
        must = set(corpus.found(question, question.must))
        if not must:
            continue
        query = query_for(question.case, corpus.knowledge)
        near = corpus.retriever.nearest(query, k=LOOKED_AT)
        try:
            offered = _offered(corpus, question, near)
        except PatientError:
            continue
        cosines = ranker.cosines(query, near)
        places = [(near[place].passage.id, position + 1) for place, position in positions(near)]
        may = set(corpus.found(question, question.may))
        yield Candidates(
            document=question.doc,
            table=reader.table(query, near, cosines, corpus.retriever.asked(query, near, without=TRAINING).cosines)[
                offered
            ],
            cosines=np.asarray(cosines, dtype=np.float64)[offered],
            must=_are(places, must)[offered],
            may=_are(places, may - must)[offered],
            wanted=len(must),
        )


def _offered(corpus: Corpus, question: Question, near: Sequence[Evidence]) -> NDArray[np.int64]:
    """Rows of the sentences that serving would offer to this patient."""
    case = question.case
    consultation = Consultation(case.patient, case.question, corpus.knowledge, evidence=near)
    offered = {(number - 1, position - 1) for number, position in consultation.choices().pointers}
    return np.array([row for row, place in enumerate(positions(near)) if place in offered], dtype=np.int64)


def _are(places: Sequence[Place], gold: set[Place]) -> NDArray[np.bool_]:
    return np.array([place in gold for place in places], dtype=np.bool_)


def fit(lists: Sequence[Candidates], encoder: str) -> OrderWeights:
    """The weights that put each list's gold first. ``encoder`` is the hash of the one whose cosines the lists hold."""
    import torch

    answered = [_nearest(each) for each in lists if each.must.any()]
    rows = np.concatenate([each.table for each in answered])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    tables = [torch.tensor((each.table - mean) / spread) for each in answered]
    gold = [(torch.tensor(each.must), torch.tensor(each.may)) for each in answered]
    weights = torch.zeros(rows.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=STEPS, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimiser.zero_grad()
        losses = [_loss(table @ weights, must, may) for table, (must, may) in zip(tables, gold, strict=True)]
        loss = torch.stack(losses).mean() + PENALTY * (weights[1:] ** 2).sum()  # the nearness itself is free
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return OrderWeights(
        encoder=encoder,
        questions=len(answered),
        weights={
            name: round(float(weight), DIGITS)
            for name, weight in zip(features(), weights.detach().numpy() / spread, strict=True)
        },
    )


def _nearest(each: Candidates) -> Candidates:
    """The gold and the NEAREST sentences."""
    near = np.argsort(-each.cosines, kind="stable")[:NEAREST]
    kept = np.union1d(near, np.flatnonzero(each.must | each.may))
    return replace(each, table=each.table[kept], cosines=each.cosines[kept], must=each.must[kept], may=each.may[kept])


def _loss(scores: Tensor, must: Tensor, may: Tensor) -> Tensor:
    from torch.nn.functional import softplus

    others = scores[~(must | may)].logsumexp(0)
    loss = softplus(others - scores[must]).mean()
    return loss + MAY * softplus(others - scores[may]).mean() if may.any() else loss


@dataclass(frozen=True)
class OrderScore:
    """``recall``: of the sentences that must be in the answers, the share among the best ``count``.

    ``first``: the share of answers that begin with one.
    """

    count: int
    recall: float
    first: float


def score(lists: Sequence[Candidates], weights: OrderWeights | None, count: int) -> OrderScore:
    """How well ``weights`` put the lists in order; without them their cosines do."""
    vector = weights.vector if weights else None
    recalls, firsts = [], []
    for each in lists:
        scores = each.cosines if vector is None else each.table @ vector
        best = np.argsort(-scores, kind="stable")[:count]
        recalls.append(each.must[best].sum() / each.wanted)
        firsts.append(bool(each.must[best[:1]].any()))
    return OrderScore(count, float(np.mean(recalls)), float(np.mean(firsts)))
