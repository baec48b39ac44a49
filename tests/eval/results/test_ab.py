from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.results.ab import side
from eval.running import log as logs
from eval.running.solver import Solver, Target
from medrag.errors import InputError
from medrag.generation.scripted import ScriptedModel
from medrag.settings import load as settings
from tests.server.serving import serving


@pytest.fixture
def pair(solver: Solver, model: ScriptedModel) -> Iterator[tuple[str, str]]:
    """Two servers; the second one's model names no sentence."""

    silent = replace(solver.parts("test"), model=ScriptedModel(["none"]))
    with serving(solver.parts("test")) as first, serving(silent) as second:
        yield first, second


def test_two_engines_run_side_by_side_and_are_compared(tmp_path: Path, pair: tuple[str, str]) -> None:
    command = ["ab", "cases", "--first", pair[0], "--second", pair[1], "--out", str(tmp_path), "--limit", "3"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "cases.answered" in done.output
    first, second = (logs.read(tmp_path / name / "cases.jsonl") for name in ("first", "second"))
    assert first.entries.keys() == second.entries.keys()
    assert len(first.done) == 3
    gated = CliRunner().invoke(app, [*command, "--fail-if", "delta cases.answered < 0"])
    assert gated.exit_code == 1
    assert "failed: delta cases.answered < 0" in gated.output
    assert len(logs.read(tmp_path / "first" / "cases.jsonl").entries) == len(first.entries)


def test_a_side_is_a_system_at_an_engine() -> None:
    base = Target("", settings(), api_key="k")
    local = side("naive-rag@local", base)
    assert (local.system, local.where, local.api_key) == ("naive-rag", "local", "k")
    assert side("offline", base).system == "medrag"
    assert side("http://user@host:1", base).where == "http://user@host:1"
    with pytest.raises(InputError, match="no system 'gpt'"):
        side("gpt@local", base)


def test_a_wrong_condition_is_an_error_before_anything_runs(tmp_path: Path) -> None:
    command = ["ab", "cases", "--first", "http://127.0.0.1:9", "--second", "http://127.0.0.1:9", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, [*command, "--fail-if", "nonsense"])
    assert isinstance(done.exception, InputError)
    assert not list(tmp_path.iterdir())
