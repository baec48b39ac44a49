"""Grounded advice: which of the gold sentences are advised, and whether citations hold what they are cited for.

Statement precision and recall are against ``gold.statements``. Citation recall is the share of statements that at
least one of their citations supports, citation precision the share of citations that support their statement (as in
ALCE, Gao et al., 2023, with :mod:`eval.scoring.support` in place of its entailment model).
"""

from __future__ import annotations

from pathlib import Path

from eval.cases.case_files import Gold, load_cases
from eval.scoring.advice_scores import share
from eval.scoring.support import supports
from eval.tasks import Scores
from eval.tasks.advice_task import AdviceTask
from eval.tasks.cases import retrieval, statements
from medrag.errors import InputError
from medrag.types import Advice, Outcome


def load(path: Path | None) -> AdviceTask:
    """The cases in ``path``, each with gold statements, or with ``"abstain": true``.

    Raises:
        InputError: no path was given, a case has neither, or as :func:`eval.cases.case_files.load_cases`.
    """
    if path is None:
        raise InputError(
            "grounded needs cases with gold statements: grounded=FILE (see `medrag eval cases-from-index`)"
        )
    samples, data = load_cases(path)
    for sample in samples:
        if not sample.gold.statements and not sample.gold.abstain:
            raise InputError(f'{path}, case {sample.id!r}: needs gold "statements", or "abstain": true')
    return AdviceTask("grounded", score, samples, data)


def score(gold: Gold, advice: Advice) -> Scores:
    """Statement and citation scores; an unanswerable case scores its abstention only."""
    if gold.abstain:
        return {"abstained_when_unanswerable": float(advice.outcome is Outcome.ABSTAINED)}
    return {
        **statements(gold, advice),
        **citation_scores(advice),
        "answered_when_answerable": float(advice.outcome is Outcome.ANSWERED),
        **retrieval(gold, advice),
    }


def citation_scores(advice: Advice) -> Scores:
    """Citation precision and recall over the released statements; ``None`` where none was released or cited."""
    held = [[supports(each.quote, statement.text) for each in statement.citations] for statement in advice.statements]
    return {
        "citation_precision": share([hit for hits in held for hit in hits]),
        "citation_recall": share([any(hits) for hits in held]),
    }
