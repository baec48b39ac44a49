"""Retrieval metrics of one ranking, with binary gains.

They agree with ``ranx`` (a test holds them together), which is not used here because importing and compiling it takes
up to minutes on a busy machine, in which no request is served.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import log2


def ranking_scores(gold: Collection[str], ranked: Sequence[str], k: int) -> dict[str, float]:
    """Recall, reciprocal rank and nDCG (Järvelin and Kekäläinen, 2002) of the first ``k`` different ids.

    Named ``recall@k``, ``mrr@k`` and ``ndcg@k``; an id counts at its first rank.
    """
    wanted = set(gold)
    ranks = [rank for rank, each in enumerate([*dict.fromkeys(ranked)][:k], start=1) if each in wanted]
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(k, len(wanted)) + 1))
    return {
        f"recall@{k}": len(ranks) / len(wanted),
        f"mrr@{k}": 1 / ranks[0] if ranks else 0.0,
        f"ndcg@{k}": sum(1 / log2(rank + 1) for rank in ranks) / ideal,
    }
