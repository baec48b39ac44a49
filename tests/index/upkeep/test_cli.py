"""An index over its life: built, listed, shown, compared, superseded, kept through a bad night."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest
from typer.testing import CliRunner

from index.cli import app
from medrag.errors import InputError
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.sentences import SentenceRanker
from medrag.retrieval.store.index import Index
from medrag.types import Passage

RUNNER = CliRunner()


def run(*arguments: str | Path, status: int = 0) -> str:
    result = RUNNER.invoke(app, [str(each) for each in arguments])
    if isinstance(result.exception, InputError):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.stdout


def build(folder: Path, out: Path, *more: str | Path, status: int = 0) -> str:
    return run("build", "--source", "folder", folder, "--out", out, *more, status=status)


def test_a_licence_is_kept_from_the_source_to_the_index_and_shown(tmp_path: Path) -> None:
    line = {"id": "fever", "text": "Give paracetamol.", "license": "CC-BY-4.0", "attribution": "WHO"}
    (tmp_path / "all.jsonl").write_text(json.dumps(line) + "\n")
    run("build", "--source", "jsonl", tmp_path / "all.jsonl", "--out", tmp_path / "index")
    held = listed(tmp_path / "index")["fever"]
    assert (held["licence"], held["attribution"]) == ("CC-BY-4.0", "WHO")
    assert run("show", "fever", "--index", tmp_path / "index").startswith("WHO; CC-BY-4.0\n")


def listed(index: Path) -> dict[str, dict[str, object]]:
    lines = run("list", "--index", index, "--json").splitlines()
    return {held["id"]: held for held in map(json.loads, lines)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "guidelines"
    folder.mkdir()
    (folder / "gout.md").write_text("# Gout\n- Give colchicine 500 micrograms twice a day.\n- Do not give aspirin.\n")
    (folder / "gout.md.yaml").write_text("review: 2020-01-01\n")
    (folder / "asthma.md").write_text("# Asthma\n- Give salbutamol.\n")
    return folder


def test_a_warmed_index_has_its_sentences_encoded_before_anybody_asks(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDRAG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MEDRAG_SECOND_RANKER", "none")
    build(folder, tmp_path / "index")
    assert run("warm", "--index", tmp_path / "index").startswith("2 passages and questions are encoded")
    ranker, (gout, asthma) = SentenceRanker(kept=tmp_path / "home" / "vectors"), _passages(tmp_path / "index")
    monkeypatch.setattr(Encoder, "encode", _nothing)
    ranker.prepare([gout, asthma])


def _passages(index: Path) -> list[Passage]:
    opened = Index.open(index)
    return opened.fetch(range(opened.manifest.rows))


def _nothing(_encoder: Encoder, texts: Sequence[str]) -> NoReturn:
    raise AssertionError(texts)


def test_an_index_is_listed_shown_and_its_overdue_reviews_named(folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(folder, index)
    assert "OVERDUE since 2020-01-01" in run("list", "--index", index)
    assert listed(index)["gout.md"]["overdue"] is True and listed(index)["asthma.md"]["sentences"] == 1
    assert "* Do not give aspirin." in run("show", "gout.md", "--index", index)
    page = tmp_path / "gout.html"
    run("show", "gout.md", "--index", index, "--html", page)
    assert "<mark>Do not give aspirin.</mark>" in page.read_text()
    with pytest.raises(InputError, match="no document nothing"):
        run("show", "nothing", "--index", index)


def test_what_is_taken_out_or_superseded_stays_so_through_later_builds(folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(folder, index)
    run("supersede", "gout.md", "--by", "asthma.md", "--index", index)
    assert listed(index)["gout.md"]["status"] == "superseded"
    run("remove", "asthma.md", "--index", index)
    assert list(listed(index)) == ["gout.md"]
    build(folder, index)
    assert list(listed(index)) == ["gout.md"] and listed(index)["gout.md"]["status"] == "superseded"


def test_a_document_that_cannot_be_read_stays_as_it_was_and_the_report_says_so(folder: Path, tmp_path: Path) -> None:
    index, report = tmp_path / "index", tmp_path / "skips.json"
    build(folder, index)
    (folder / "gout.md").write_bytes(b"\xff\xfe\x00")
    build(folder, index, "--report", report, "--fail-on-skip", status=3)
    assert listed(index)["gout.md"]["sentences"] == 2
    (source,) = json.loads(report.read_text())
    assert source["kept"] == ["gout.md"] and "the version before is kept" in source["skipped"][0]["why"]
    assert source["overdue"] == []


def test_a_build_where_an_index_is_there_can_be_told_to_leave_it(folder: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(folder, index)
    before = (index / "manifest.json").read_bytes()
    assert "stays as it is" in run("build", "--if-missing", "--out", index)
    assert (index / "manifest.json").read_bytes() == before


def test_two_versions_are_compared_sentence_by_sentence(folder: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    build(folder, old)
    (folder / "gout.md").write_text("# Gout\n- Give colchicine 500 micrograms three times a day.\n- Rest the joint.\n")
    build(folder, new)
    found = [json.loads(line) for line in run("diff", old, new, "--json").splitlines()]
    assert [(each["kind"], each["document"]) for each in found] == [
        ("changed", "gout.md"),
        ("added", "gout.md"),
        ("dropped", "gout.md"),
    ]
    assert found[2]["before"] == "Do not give aspirin."


def test_a_source_named_wrongly_stops_the_build_before_anything_is_read(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file or folder"):
        run("build", "--source", "folder", folder, "--source", "pdf", tmp_path / "none", "--out", tmp_path / "index")
    assert not (tmp_path / "index").exists()
