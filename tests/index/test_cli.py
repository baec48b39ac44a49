from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.cli import app
from medrag.errors import IndexMissing, InputError
from medrag.settings import load

RUNNER = CliRunner()


def test_build_and_info(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text(
        '{"id": "gout", "title": "Gout", "text": "Give colchicine."}\n{"id": "bad"}\n'
    )
    out = str(tmp_path / "out")
    built = RUNNER.invoke(app, ["build", "--source", "jsonl", str(tmp_path / "corpus.jsonl"), "--out", out])
    assert built.exit_code == 0, built.output
    assert "1 passages" in built.stdout
    assert "corpus.jsonl:2: text: Field required" in built.stderr
    told = json.loads(RUNNER.invoke(app, ["info", out]).stdout)
    assert told["rows"] == 1
    assert told["encoder"]["name"] == "all-MiniLM-L6-v2"
    assert told["hash"][:12] in built.stdout


def test_without_a_name_the_index_is_where_every_other_command_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDRAG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MEDRAG_INDEX", raising=False)
    (tmp_path / "gout.md").write_text("# Gout\n- Give colchicine.\n")
    built = RUNNER.invoke(app, ["build", "--source", "markdown", str(tmp_path / "gout.md")])
    assert built.exit_code == 0, built.output
    assert (load().index_dir / "manifest.json").exists() and load().index_dir == tmp_path / "home" / "index"
    assert RUNNER.invoke(app, ["list"]).stdout.startswith("gout: Gout.")
    assert RUNNER.invoke(app, ["show", "gout"]).stdout.splitlines() == ["Gout", "  * Give colchicine."]


def test_kinds_and_paths_pair_up() -> None:
    result = RUNNER.invoke(app, ["build", "--source", "jsonl"])
    assert isinstance(result.exception, InputError)
    assert "--source KIND PATH" in str(result.exception)


def test_info_of_nothing(tmp_path: Path) -> None:
    assert isinstance(RUNNER.invoke(app, ["info", str(tmp_path / "none")]).exception, IndexMissing)
