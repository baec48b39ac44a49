from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.running.registry import TASKS, load
from medrag.errors import InputError


def test_tasks_are_listed() -> None:
    listed = CliRunner().invoke(app, ["tasks"])
    assert listed.exit_code == 0
    assert all(name in listed.output for name in TASKS)


def test_an_unknown_task_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="cases"):
        load("case")


def test_data_follows_the_equals_sign(tmp_path: Path) -> None:
    path = tmp_path / "mine=2.jsonl"
    path.write_text('{"id": "1", "question": "q"}\n')
    assert len(load(f"cases={path}").samples) == 1


def test_a_wrong_engine_is_an_error_before_anything_runs(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["run", "cases", "--engine", "nowhere", "--out", str(tmp_path / "out")])
    assert done.exit_code != 0
    assert "is 'local', 'offline' or a URL" in str(done.exception)
