from pathlib import Path

import pytest

from eval.results.table import table
from medrag.errors import InputError
from tests.eval.results.test_compare import run


def test_a_row_a_metric_and_a_column_a_run(tmp_path: Path) -> None:
    run(tmp_path / "a", {"1": 0.0, "2": 0.5})
    run(tmp_path / "b", {"1": 1.0, "2": 1.0, "3": 1.0})
    heads, _, row = table([tmp_path / "a", tmp_path / "b"]).splitlines()
    assert heads == "| metric | n | a | b |"
    assert row.startswith("| fixed.right | 2/3 | 0.250 (0.000 to 0.500) | 1.000 (0.4")


def test_runs_on_different_data_share_no_table(tmp_path: Path) -> None:
    run(tmp_path / "a", {"1": 0.0})
    run(tmp_path / "b", {"1": 0.0}, data="other")
    with pytest.raises(InputError, match="different data"):
        table([tmp_path / "a", tmp_path / "b"])


def test_a_run_without_scores_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no scores\.json"):
        table([tmp_path])
