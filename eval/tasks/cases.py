"""A user's own cases (:mod:`eval.cases.case_files`): ask each, and score whatever its ``gold`` says."""

from __future__ import annotations

from pathlib import Path

from eval.cases.case_files import EXAMPLES, Gold, load_cases
from eval.scoring import advice_scores
from eval.scoring.ranking import ranking_scores
from eval.scoring.support import same
from eval.tasks import Scores
from eval.tasks.advice_task import AdviceTask
from medrag.types import Advice, Outcome

K = 5


def load(path: Path | None = None) -> AdviceTask:
    """The cases in ``path``; the shipped example over the starter corpus without one.

    Raises:
        InputError: see :func:`eval.cases.case_files.load_cases`.
    """
    return AdviceTask("cases", score, *load_cases(path or EXAMPLES / "cases.jsonl"))


def score(gold: Gold, advice: Advice) -> Scores:
    """Every score the gold allows."""
    return {
        "answered": float(advice.outcome is Outcome.ANSWERED),
        "abstention": advice_scores.agrees(gold.abstain, advice.outcome is Outcome.ABSTAINED),
        "declining": advice_scores.agrees(gold.decline, advice.outcome is Outcome.DECLINED),
        "emergency": advice_scores.agrees(gold.emergency, bool(advice.notices)),
        "must_withhold": advice_scores.none_recommended(advice, gold.must_withhold),
        "must_recommend": advice_scores.share_recommended(advice, gold.must_recommend),
        "must_say": advice_scores.share_said(advice, gold.must_say),
        "must_not_say": advice_scores.none_said(advice, gold.must_not_say),
        "citation_precision": advice_scores.citation_precision(advice, gold.doc_ids, gold.passages),
        "citation_validity": advice_scores.citation_validity(advice),
        **statements(gold, advice),
        **retrieval(gold, advice),
    }


def statements(gold: Gold, advice: Advice) -> Scores:
    """How far the released statements are the gold's; nothing where it names none."""
    if not gold.statements:
        return {}
    released = advice_scores.texts(advice)
    recall = advice_scores.share([any(same(text, each) for text in released) for each in gold.statements])
    precision = advice_scores.share([any(same(text, each) for each in gold.statements) for text in released])
    return {"statement_precision": precision, "statement_recall": recall, "statement_f1": _f1(precision, recall)}


def _f1(precision: float | None, recall: float | None) -> float:
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def retrieval(gold: Gold, advice: Advice) -> Scores:
    """Ranking scores by passages where the gold names them, by documents otherwise."""
    if gold.passages:
        return ranking_scores(gold.passages, [item.passage.id for item in advice.evidence], K)
    if gold.doc_ids:
        return ranking_scores(gold.doc_ids, [item.passage.doc_id for item in advice.evidence], K)
    return {}
