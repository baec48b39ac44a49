"""Uncertainty of a mean over samples, and of a difference between two systems on the same samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
_CHUNK = 500


def bootstrap(values: Sequence[float], *, seed: int = 0, level: float = 0.95) -> tuple[float, float]:
    """The percentile bootstrap interval of the mean (Efron and Tibshirani, 1993), 10,000 resamples of the samples.

    A constant column gives a point, which says nothing of how sure one may be: see :func:`wilson` for rates.
    """
    data = np.asarray(values, dtype=np.float64)
    if not data.size:
        raise ValueError("no values")
    random = np.random.default_rng(seed)
    means = np.concatenate([_resampled(data, random) for _ in range(RESAMPLES // _CHUNK)])
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def _resampled(data: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    picks = random.integers(0, data.size, size=(_CHUNK, data.size))
    return np.asarray(data[picks].mean(axis=1), dtype=np.float64)


def wilson(successes: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a rate (Wilson, 1927); it stays honest at 0 and 1, where a bootstrap is empty."""
    if not total:
        raise ValueError("no values")
    z = 1.959963984540054
    rate = successes / total
    centre = rate + z * z / (2 * total)
    spread = z * np.sqrt(rate * (1 - rate) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, float((centre - spread) / scale)), min(1.0, float((centre + spread) / scale))


def interval(values: Sequence[float], *, seed: int = 0) -> tuple[float, float]:
    """Wilson's interval where every value is the same 0 or 1, the bootstrap's otherwise."""
    if len(set(values)) == 1 and values[0] in (0.0, 1.0):
        return wilson(int(sum(values)), len(values))
    return bootstrap(values, seed=seed)


def paired_p(first: Sequence[float], second: Sequence[float], *, seed: int = 0) -> float:
    """Two-sided p of the paired randomisation test of equal means: 10,000 random swaps within pairs.

    With ``(hits + 1) / (resamples + 1)`` (Phipson and Smyth, 2010), so that p is never 0.
    """
    difference = np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64)
    if not difference.size:
        raise ValueError("no pairs")
    observed = abs(difference.sum())
    random = np.random.default_rng(seed)
    hits = 0
    for _ in range(RESAMPLES // _CHUNK):
        signs = random.choice((-1.0, 1.0), size=(_CHUNK, difference.size))
        hits += int((np.abs(signs @ difference) >= observed - 1e-12).sum())
    return (hits + 1) / (RESAMPLES + 1)


def kappa(counts: Sequence[Sequence[int]]) -> float | None:
    """Cohen's kappa (1960) of a square table of counts, one rater's answers down and the other's across; ``None`` where
    chance alone would agree always."""
    table = np.asarray(counts, dtype=np.float64)[None]
    value = float(_kappas(table)[0])
    return None if np.isnan(value) else value


def kappa_interval(counts: Sequence[Sequence[int]], *, seed: int = 0, level: float = 0.95) -> tuple[float, float]:
    """The percentile bootstrap interval of :func:`kappa`, 10,000 resamples of the pairs behind the table."""
    table = np.asarray(counts, dtype=np.float64)
    random = np.random.default_rng(seed)
    drawn = random.multinomial(int(table.sum()), (table / table.sum()).ravel(), size=RESAMPLES)
    found = _kappas(drawn.reshape(RESAMPLES, *table.shape).astype(np.float64))
    tail = (1 - level) / 2
    low, high = np.nanquantile(found, [tail, 1 - tail])
    return float(low), float(high)


def _kappas(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kappa of each of the tables (n, k, k); NaN where it is not defined."""
    shares = tables / tables.sum(axis=(1, 2), keepdims=True)
    agreed = np.trace(shares, axis1=1, axis2=2)
    chance = (shares.sum(axis=1) * shares.sum(axis=2)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(chance < 1, (agreed - chance) / (1 - chance), np.nan), dtype=np.float64)
