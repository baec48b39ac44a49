"""Every benchmark says how it is run, and none looks for data that nobody named."""

import ast
from importlib import import_module

import pytest
from typer.testing import CliRunner

from tests.paths import ROOT

NAMES = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py") if "__main__" in path.read_text())


@pytest.mark.parametrize("name", NAMES)
def test_help_gives_an_example(name: str) -> None:
    done = CliRunner().invoke(import_module(f"benchmarks.{name}").app, ["--help"])
    assert done.exit_code == 0
    assert f"python -m benchmarks.{name}" in done.output


def test_the_table_lists_every_command() -> None:
    table = (ROOT / "benchmarks" / "README.md").read_text()
    assert [name for name in NAMES if f"`{name}`" not in table] == []


@pytest.mark.parametrize("name", ["patient", "safety"])
def test_a_folder_of_data_that_is_not_there_is_named(name: str, tmp_path) -> None:
    missing = str(tmp_path / "none")
    arguments = ["--data", missing, "--out", str(tmp_path / "out.md")]
    done = CliRunner().invoke(import_module(f"benchmarks.{name}").app, arguments)
    assert done.exit_code == 2
    assert "--data" in done.output


def test_without_a_folder_of_data_the_command_says_how_to_give_one(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("MEDRAG_SHARED_DATA", raising=False)
    done = CliRunner().invoke(import_module("benchmarks.patient").app, ["--out", str(tmp_path / "out.md")])
    assert done.exit_code == 2
    assert "--data" in done.output


def test_benchmarks_reach_into_no_tests_and_not_outside() -> None:
    for path in (ROOT / "benchmarks").rglob("*.py"):
        text = path.read_text()
        modules = [node.module or "" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
        assert not any(module.partition(".")[0] == "tests" for module in modules), path
        assert '"tests"' not in text, path
        assert ".parents[2]" not in text, path
