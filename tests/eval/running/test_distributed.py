"""Runs on a real Ray cluster on this machine; the workers ask a real server over a scripted engine."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.results import scores
from eval.running import log as logs
from eval.running.batch import Batch
from eval.running.distributed import Worker
from eval.running.solver import Solver, Target
from eval.tasks import cases
from medrag.settings import load as settings
from tests.server.serving import serving

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs ray[data]")


@pytest.fixture
def served(solver: Solver) -> Iterator[str]:
    """The URL of a real server over the scripted engine."""
    with serving(solver.parts("test")) as url:
        yield url


@needs_ray
def test_a_run_on_ray_is_resumed_and_scores_as_one_without(tmp_path: Path, solver: Solver, served: str) -> None:
    asyncio.run(Batch(tmp_path / "here").run([cases.load()], solver))
    path = tmp_path / "there" / "cases.jsonl"
    command = ["run", "cases", "--engine", served, "--ray", "local", "--workers", "2", "--concurrency", "3"]
    command += ["--out", str(tmp_path / "there")]
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:6]))
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    log = logs.read(path)
    assert [start.engine for start in log.starts] == ["local", f"{served} on 2 Ray workers"]
    assert len(path.read_bytes().splitlines()) == 1 + 16 + 1
    here, there = (scores.load(tmp_path / name).tasks["cases"] for name in ("here", "there"))
    assert there.metrics == here.metrics


def test_a_worker_answers_a_batch_of_ids(served: str) -> None:
    worker = Worker("cases", Target(served, settings()))
    first, second = (sample.id for sample in cases.load().samples[:2])
    answer = worker({"id": [first, second]})
    assert [logs.Entry.model_validate_json(each).id for each in answer["entry"]] == [first, second]
    assert answer["fatal"] == ["", ""]


def test_a_worker_that_cannot_open_its_engine_says_why() -> None:
    answer = Worker("cases", Target("nowhere", settings()))({"id": ["x"]})
    assert "is 'local', 'offline' or a URL" in answer["fatal"][0]


def test_a_sample_that_fails_on_a_worker_is_an_entry() -> None:
    sample = cases.load().samples[0].id
    answer = Worker("cases", Target("http://127.0.0.1:9", settings()))({"id": [sample]})
    entry = logs.Entry.model_validate_json(answer["entry"][0])
    assert (entry.error or "").startswith("ModelUnavailable")
