"""Abstention: nothing is advised where the corpus has no answer, and something is where it has one.

The report draws the retriever's best score against whether the case can be answered, to show how well the threshold
between the two is set.
"""

from __future__ import annotations

from pathlib import Path

from eval.cases.case_files import EXAMPLES, Gold, load_cases
from eval.tasks import Scores
from eval.tasks.advice_task import AdviceTask
from medrag.errors import InputError
from medrag.types import Advice, Outcome


def load(path: Path | None = None) -> AdviceTask:
    """The cases in ``path``; without one the shipped ones over the starter corpus.

    Raises:
        InputError: a case does not say whether to abstain, or as :func:`eval.cases.case_files.load_cases`.
    """
    path = path or EXAMPLES / "abstention.jsonl"
    samples, data = load_cases(path)
    for sample in samples:
        if sample.gold.abstain is None:
            raise InputError(f'{path}, case {sample.id!r}: gold needs "abstain": true or false')
    return AdviceTask("abstention", score, samples, data)


def score(gold: Gold, advice: Advice) -> Scores:
    """Both kinds of right apart, and together; to decline what is out of scope is to abstain too."""
    unanswerable = bool(gold.abstain)
    abstained = advice.outcome in (Outcome.ABSTAINED, Outcome.DECLINED)
    return {
        "right": float(abstained is unanswerable),
        "abstained_when_unanswerable": float(abstained) if unanswerable else None,
        "answered_when_answerable": None if unanswerable else float(advice.outcome is Outcome.ANSWERED),
    }
