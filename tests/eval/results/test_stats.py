import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

from eval.results.stats import bootstrap, interval, kappa, kappa_interval, paired_p, wilson

VALUES = st.lists(st.floats(min_value=0, max_value=1, allow_nan=False), min_size=1, max_size=30)


@settings(max_examples=25, deadline=None)
@given(VALUES)
def test_the_interval_holds_the_mean(values: list[float]) -> None:
    low, high = bootstrap(values)
    mean = float(np.mean(values))
    assert low - 1e-9 <= mean <= high + 1e-9


def test_the_interval_is_as_wide_as_theory_says() -> None:
    values = list(np.random.default_rng(0).normal(0.5, 0.1, size=400))
    low, high = bootstrap(values)
    expected = 2 * 1.96 * np.std(values) / np.sqrt(400)
    assert high - low == pytest.approx(expected, rel=0.05)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [0.0, 1.0, 0.5, 0.2]
    assert bootstrap(values, seed=3) == bootstrap(values, seed=3)


@pytest.mark.parametrize(
    ("successes", "total", "expected"),
    # R: prop.test(x, n, correct = FALSE)$conf.int
    [(0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (8, 10, (0.4902, 0.9433))],
)
def test_wilson_agrees_with_r(successes: int, total: int, expected: tuple[float, float]) -> None:
    assert wilson(successes, total) == pytest.approx(expected, abs=1e-4)


def test_a_perfect_score_on_few_samples_is_not_certain() -> None:
    low, high = interval([1.0] * 5)
    assert low < 0.6
    assert high == 1.0


def test_no_difference_is_not_significant_and_a_clear_one_is() -> None:
    first = [0.1, 0.4, 0.3, 0.8, 0.5, 0.2, 0.6, 0.7, 0.1, 0.9]
    assert paired_p(first, first) == 1.0
    assert paired_p(first, [value + 0.1 for value in first]) < 0.01


def test_paired_p_agrees_with_the_exact_test() -> None:
    first, second = [0.0, 0.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 0.0, 0.0]
    # 4 non-zero differences: of 16 sign patterns of (1, 1, 1, -1), 10 have |sum| >= 2.
    assert paired_p(first, second) == pytest.approx(10 / 16, abs=0.02)


def test_nothing_has_no_interval() -> None:
    with pytest.raises(ValueError, match="no values"):
        bootstrap([])
    with pytest.raises(ValueError, match="no pairs"):
        paired_p([], [])


def test_kappa_agrees_with_scikit_learn() -> None:
    counts = [[20, 5], [10, 15]]
    first = [row for row in (0, 1) for column in (0, 1) for _ in range(counts[row][column])]
    second = [column for row in (0, 1) for column in (0, 1) for _ in range(counts[row][column])]
    value = kappa(counts)
    assert value == pytest.approx(cohen_kappa_score(first, second))
    low, high = kappa_interval(counts, seed=1)
    assert low < 0.4 < high
    assert kappa_interval(counts, seed=1) == (low, high)


def test_kappa_is_not_defined_where_both_always_say_the_same() -> None:
    assert kappa([[0, 0], [0, 9]]) is None
    assert kappa([[0, 0], [4, 5]]) == 0.0
