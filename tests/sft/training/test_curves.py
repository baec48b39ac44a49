"""The picture of a run's losses."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from sft.training.curves import curves

pytest.importorskip("matplotlib")


def test_a_run_too_short_to_log_a_loss_is_drawn_without_a_warning(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        curves([], tmp_path / "loss.png")
    assert (tmp_path / "loss.png").stat().st_size
