"""Retrieval metrics, by ``ranx``."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence

METRICS = ("recall", "mrr", "ndcg")


def ranking_scores(gold: Collection[str], ranked: Sequence[str], k: int) -> dict[str, float]:
    """Recall, reciprocal rank and nDCG (binary gains) of one ranking's first ``k`` ids, named ``recall@k`` and so on.

    Call it from one thread: ranx compiles with numba (half a minute the very first time, then cached).
    """
    if not ranked:
        return {f"{metric}@{k}": 0.0 for metric in METRICS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ranx import Qrels, Run, evaluate  # type: ignore[import-untyped]

        run = {sample: 1.0 / rank for rank, sample in enumerate(dict.fromkeys(ranked), start=1)}
        names = [f"{metric}@{k}" for metric in METRICS]
        scores = evaluate(Qrels({"q": dict.fromkeys(gold, 1)}), Run({"q": run}), names)
    return {name: round(float(scores[name]), 6) for name in names}
