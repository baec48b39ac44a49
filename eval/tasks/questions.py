"""Questions as people ask them, with the sentences that answer each: how good the answers are, and where they are lost.

The questions are :class:`medrag.datasets.questions.Question` lines. A sentence counts as shown where a released
statement cites it. ``must_recall`` and the ``lost_by_`` scores are shares of the sentences that a right answer must
hold, and add up to 1: each of these is shown, or is lost by the first link that does not pass it on:

``retrieval``  it is in none of the passages looked at
``ranking``    it is not among the sentences that the model is shown
``threshold``  the engine abstained before it asked the model
``choice``     the model did not choose it
``filter``     the safety filter withheld it, did not offer it, or declined the question

Links need a local engine; of one behind a URL the answers alone are scored.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eval.running.solver import Solver
from eval.scoring.advice_scores import share
from eval.tasks import Result, Sample, Scores
from medrag.datasets.questions import Question, read_questions
from medrag.engine import Engine
from medrag.errors import InputError
from medrag.files import sha256
from medrag.generation.modes.quote import pointers
from medrag.patient.summary import summarise
from medrag.retrieval.question.query import query_for
from medrag.retrieval.retriever import LOOKED_AT
from medrag.retrieval.store.index import Index
from medrag.safety.consultation import Consultation
from medrag.types import Advice, Evidence, Outcome, Statement, sentence_hash

HELD = Path(__file__).parents[2] / "sft" / "questions" / "held.jsonl"
LINKS = ("retrieval", "ranking", "threshold", "choice", "filter")
NAME = "questions"


@dataclass(frozen=True)
class QuestionSample(Sample):
    """A question; the first of two twins carries the other, so that both sides are asked for the pair."""

    question: Question
    twin: Question | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Passed:
    """The sentences (by hash) that each link lets through, as far as it can be seen from here."""

    retrieval: Collection[str]
    ranking: Collection[str]
    model: Collection[str]
    filter: Collection[str]


@dataclass(frozen=True)
class Questions:
    """The task."""

    samples: Sequence[QuestionSample]
    data: str
    name: str = NAME
    _documents: dict[str, frozenset[str]] = field(default_factory=dict)

    async def evaluate(self, sample: QuestionSample, solver: Solver) -> Result:
        """The advice and its scores; a question on a document that a local index lacks is not asked."""
        asked = sample.question
        if not await asyncio.to_thread(self.holds, asked.doc, solver.engine):
            return Result({}, {"question": asked.question, "doc": asked.doc, "left out": "not in this index"}, None)
        advice = await solver.recommend(sample.case)
        scores = {**answer_scores(asked, advice), "pair_right": await _pair_right(sample, advice, solver)}
        lost = await asyncio.to_thread(losses, asked, advice, solver.engine) if solver.engine else {}
        output = {
            "question": sample.case.question,
            "patient": summarise(sample.case.patient) if sample.case.patient else None,
            "gold": {"must": asked.must, "may": asked.may, "must_not": asked.must_not},
            "lost": lost,
            "advice": advice.model_dump(mode="json"),
        }
        return Result({**scores, **loss_scores(asked, lost)}, output, advice.provenance)

    def holds(self, document: str, engine: Engine | None) -> bool:
        """Whether the engine's index has the document; where that cannot be seen it is asked all the same."""
        index = engine.retriever.index if engine else None
        if not isinstance(index, Index):
            return True
        if index.hash not in self._documents:
            rows = range(len(index.passages))
            self._documents[index.hash] = frozenset(index.passages[row].doc_id for row in rows)
        return document in self._documents[index.hash]


def load(path: Path | None) -> Questions:
    """The questions in ``path``, by default the project's own that no model may be trained on.

    Raises:
        InputError: the file is not there, a line does not parse, or an id comes twice.
    """
    path = path or HELD
    questions = read_questions(path)
    if len({each.id for each in questions}) < len(questions):
        raise InputError(f"{path}: an id comes twice")
    sides: dict[str, list[Question]] = {}
    for each in questions:
        if each.twin:
            sides.setdefault(each.twin, []).append(each)
    firsts = {pair[0].id: pair[1] for pair in sides.values() if len(pair) == 2}
    return Questions([_sample(each, firsts.get(each.id)) for each in questions], sha256(path))


def answer_scores(question: Question, advice: Advice) -> Scores:
    """Scores of what was released; a question that nothing answers scores its abstention."""
    shown = cited(advice.statements)
    scores: dict[str, float | None] = {
        "must_not_shown": float(bool({*question.must_not} & {*shown})) if question.must_not else None,
    }
    if not question.must:
        return {"abstained_rightly": float(not advice.statements), **scores}
    precision = share([each in (*question.must, *question.may) for each in shown])
    recall = share([each in shown for each in question.must]) or 0.0
    return {
        "must_recall": recall,
        "complete": float(recall == 1),
        "precision": precision,
        "f1": 2 * precision * recall / (precision + recall) if precision and recall else 0.0,
        "first_right": float(bool({*shown[:1]} & {*question.must})),
        "answered": float(bool(advice.statements)),
        **scores,
    }


def right(question: Question, advice: Advice) -> bool:
    """Whether all that must be shown is, and nothing that must not; of a question without an answer: nothing is."""
    shown = {*cited(advice.statements)}
    whole = shown.issuperset(question.must) if question.must else not advice.statements
    return whole and not shown & {*question.must_not}


def losses(question: Question, advice: Advice, engine: Engine) -> dict[str, str]:
    """Each sentence that a right answer must hold and this one does not -> the link that lost it."""
    shown = {*cited(advice.statements)}
    lost = [each for each in question.must if each not in shown]
    if not lost:
        return {}
    passed = _passed(question, advice, engine)
    return {each: _link(each, advice, passed) for each in lost}


def loss_scores(question: Question, lost: Mapping[str, str]) -> Scores:
    """The share of the sentences a right answer must hold that each link lost."""
    if not question.must:
        return {}
    counts = Counter(lost.values())
    return {f"lost_by_{link}": counts[link] / len(question.must) for link in LINKS}


def cited(statements: Iterable[Statement]) -> list[str]:
    """The sentences that statements cite, each once, in order."""
    return list(dict.fromkeys(sentence_hash(each.quote) for one in statements for each in one.citations))


async def _pair_right(sample: QuestionSample, advice: Advice, solver: Solver) -> float | None:
    """Whether both sides are right; on the first side of a pair alone."""
    if sample.twin is None:
        return None
    other = await solver.recommend(sample.twin.case)
    return float(right(sample.question, advice) and right(sample.twin, other))


def _passed(question: Question, advice: Advice, engine: Engine) -> Passed:
    case = question.case
    query = query_for(case, engine.knowledge)
    near = engine.retriever.nearest(query, k=LOOKED_AT, filters=case.filters)
    ranked = advice.evidence or engine.retriever.sentences(
        query, k=engine.sentences, filters=case.filters, floored=False
    )
    offered = Consultation(case.patient, case.question, engine.knowledge, evidence=advice.evidence).choices().pointers
    places = dict(zip(pointers(advice.evidence), hashes(advice.evidence), strict=True))
    return Passed(
        retrieval={*hashes(near)},
        ranking={*hashes(ranked)},
        model={*hashes(advice.evidence)},
        filter={places[each] for each in offered} - {*cited(advice.withheld)},
    )


def _link(sentence: str, advice: Advice, passed: Passed) -> str:
    if advice.outcome is Outcome.DECLINED:
        return "filter"
    if sentence not in passed.retrieval:
        return "retrieval"
    if sentence not in passed.ranking:
        return "ranking"
    if sentence not in passed.model:
        return "threshold"
    return "choice" if sentence in passed.filter else "filter"


def hashes(evidence: Iterable[Evidence]) -> list[str]:
    """The names of the sentences shown, in the prompt's order."""
    return [sentence_hash(item.passage.quote(each)) for item in evidence for each in item.passage.sentences]


def _sample(question: Question, twin: Question | None) -> QuestionSample:
    slices = {"kind": question.kind, "job": question.job, "style": question.style}
    return QuestionSample(question.id, question.case, question, twin=twin, slices=slices)
