import asyncio
import io
import signal
from pathlib import Path

import pytest
from rich.console import Console

from eval.results import scores
from eval.running.batch import Batch, log_path, show
from eval.tasks import Sample
from medrag.errors import InputError
from tests.eval.samples import SOLVER, Lengths, lengths


def run(out: Path, task: Lengths, **options: int) -> scores.Scores:
    return asyncio.run(Batch(out, **options).run([task], SOLVER))


def broken(sample: Sample) -> None:
    if sample.id == "aa":
        raise InputError("too long")


def test_scores_are_means_over_what_was_answered(tmp_path: Path) -> None:
    task = lengths(4)
    task.hook = broken
    found = run(tmp_path, task).tasks["lengths"]
    assert (found.done, found.failed, found.missing) == (3, 1, 0)
    assert found.metrics["length"].mean == pytest.approx((0.1 + 0.3 + 0.4) / 3, abs=1e-6)
    assert found.metrics["length"].n == 3
    assert "never" not in found.metrics
    assert found.errors == {"InputError: too long": 1}


def test_identical_runs_give_identical_files(tmp_path: Path) -> None:
    for name, concurrency in (("a", 1), ("b", 4)):
        run(tmp_path / name, lengths(), concurrency=concurrency)
    assert (tmp_path / "a" / scores.SCORES).read_bytes() == (tmp_path / "b" / scores.SCORES).read_bytes()


def test_a_resumed_run_gives_the_scores_of_a_whole_one(tmp_path: Path) -> None:
    half = lengths()
    half.hook = broken
    run(tmp_path / "a", half)
    run(tmp_path / "a", lengths())
    run(tmp_path / "b", lengths())
    assert scores.load(tmp_path / "a") == scores.load(tmp_path / "b")


def test_an_interrupted_run_leaves_scores_of_what_it_did(tmp_path: Path) -> None:
    def interrupt(sample: Sample) -> None:
        if sample.id == "aaa":
            signal.raise_signal(signal.SIGINT)

    task = lengths(5)
    task.hook = interrupt
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, task, concurrency=1)
    found = scores.load(tmp_path).tasks["lengths"]
    assert (found.done, found.missing) == (2, 3)


def test_a_limit_runs_a_subset(tmp_path: Path) -> None:
    task = lengths(6)
    assert run(tmp_path, task, limit=2).tasks["lengths"].samples == 2
    assert len(task.asked) == 2


def test_the_table_shows_what_failed(tmp_path: Path) -> None:
    task = lengths(4)
    task.hook = broken
    screen = io.StringIO()
    show(run(tmp_path, task), Console(file=screen, width=120))
    assert "3 of 4 done, 1 failed" in screen.getvalue()
    assert "failed 1 times: InputError: too long" in screen.getvalue()


def test_scores_that_are_not_there_or_damaged(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no scores\.json"):
        scores.load(tmp_path)
    (tmp_path / scores.SCORES).write_text("{")
    with pytest.raises(InputError, match="does not parse"):
        scores.load(tmp_path)


def test_each_task_has_a_log_of_its_own(tmp_path: Path) -> None:
    run(tmp_path, lengths())
    assert log_path(tmp_path, "lengths").is_file()
