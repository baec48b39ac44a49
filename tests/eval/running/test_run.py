import asyncio
import signal
from pathlib import Path

import pytest

from eval.running import log as logs
from eval.running.log import Entry, Log
from eval.running.run import MAX_UNAVAILABLE, Run, subset
from eval.tasks import Sample
from medrag.errors import ConfigurationError, InputError, ModelUnavailable
from medrag.types import Case
from tests.eval.samples import PROVENANCE, SOLVER, Lengths, lengths


def go(task: Lengths, path: Path, concurrency: int = 3) -> Log:
    log = logs.resume(path)
    try:
        asyncio.run(Run(task, task.samples, SOLVER, log, concurrency=concurrency).run(lambda entry: None))
    finally:
        log.close()
    return logs.read(path)


def fail_on(name: str, error: Exception) -> Lengths:
    def hook(sample: Sample) -> None:
        if sample.id == name:
            raise error

    task = lengths()
    task.hook = hook
    return task


def test_every_sample_is_run_once_and_logged(tmp_path: Path) -> None:
    task = lengths()
    log = go(task, tmp_path / "log.jsonl")
    assert sorted(task.asked) == [sample.id for sample in task.samples]
    assert log.entries["aaa"].scores == {"length": 0.3, "never": None}
    assert log.entries["aaa"].provenance == PROVENANCE
    assert log.starts[0].versions["python"]


def test_a_failed_sample_is_recorded_and_tried_again(tmp_path: Path) -> None:
    log = go(fail_on("aa", InputError("too long")), tmp_path / "log.jsonl")
    assert log.entries["aa"].error == "InputError: too long"
    assert len(log.done) == 5
    second = lengths()
    assert len(go(second, tmp_path / "log.jsonl").done) == 6
    assert second.asked == ["aa"]


def test_a_foreign_error_is_recorded_without_its_words(tmp_path: Path) -> None:
    log = go(fail_on("aa", ValueError("Jane Doe, born 1950")), tmp_path / "log.jsonl")
    assert log.entries["aa"].error == "ValueError"
    assert "Jane" not in (tmp_path / "log.jsonl").read_text()


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    def interrupt(sample: Sample) -> None:
        if sample.id == "aaaa":
            signal.raise_signal(signal.SIGINT)

    task = lengths()
    task.hook = interrupt
    with pytest.raises(KeyboardInterrupt):
        go(task, tmp_path / "log.jsonl", concurrency=1)
    assert logs.read(tmp_path / "log.jsonl").done == {"a", "aa", "aaa"}
    rest = lengths()
    assert len(go(rest, tmp_path / "log.jsonl").done) == 6
    assert rest.asked == ["aaaa", "aaaaa", "aaaaaa"]


def test_a_wrong_set_up_stops_the_run(tmp_path: Path) -> None:
    task = fail_on("aa", ConfigurationError("needs --engine local"))
    with pytest.raises(ConfigurationError, match="needs --engine local"):
        go(task, tmp_path / "log.jsonl", concurrency=1)
    assert task.asked == ["a", "aa"]


def test_a_run_stops_when_the_model_is_gone(tmp_path: Path) -> None:
    def gone(sample: Sample) -> None:
        raise ModelUnavailable("no server")

    task = lengths(30)
    task.hook = gone
    with pytest.raises(ModelUnavailable, match="run again to resume"):
        go(task, tmp_path / "log.jsonl", concurrency=1)
    assert len(task.asked) == MAX_UNAVAILABLE


def test_an_engine_that_changes_on_the_way_stops_the_run(tmp_path: Path) -> None:
    go(fail_on("a", InputError("x")), tmp_path / "log.jsonl")
    task = lengths()
    task.provenance = PROVENANCE.model_copy(update={"model": "another"})
    with pytest.raises(ConfigurationError, match="another set-up"):
        go(task, tmp_path / "log.jsonl")


def test_no_more_samples_at_a_time_than_asked(tmp_path: Path) -> None:
    running, most = 0, 0

    class Slow(Lengths):
        async def evaluate(self, sample: Sample, solver: object) -> object:  # type: ignore[override]
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1
            return await super().evaluate(sample, SOLVER)

    go(Slow(lengths(12).samples), tmp_path / "log.jsonl", concurrency=4)
    assert most == 4


def test_ended_is_told_of_each_sample(tmp_path: Path) -> None:
    task, told = lengths(), list[Entry]()
    log = logs.resume(tmp_path / "log.jsonl")
    asyncio.run(Run(task, task.samples, SOLVER, log).run(told.append))
    log.close()
    assert {entry.id for entry in told} == {sample.id for sample in task.samples}


def test_a_subset_depends_on_the_seed_alone() -> None:
    samples = [Sample(str(number), Case(question="q")) for number in range(50)]
    first = subset(samples, 10, seed=1)
    assert [each.id for each in first] == sorted((each.id for each in first), key=int)
    assert first == subset(samples, 10, seed=1)
    assert first != subset(samples, 10, seed=2)
    assert subset(samples, None, seed=1) is samples
