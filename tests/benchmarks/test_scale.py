from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import scale as bench_scale
from medrag.retrieval.store.index import Index


def test_an_index_is_built_searched_and_drawn(
    starter_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_scale, "QUERIES", 20)
    runner = CliRunner()
    for size in ("300", "700"):
        for command in ("build-one", "search-one"):
            arguments = [command, str(tmp_path), "--like", str(starter_index), "--size", size]
            done = runner.invoke(bench_scale.app, arguments)
            assert done.exit_code == 0, done.output
    assert Index.open(tmp_path / "700").manifest.rows == 700
    searched = [json.loads(line) for line in (tmp_path / bench_scale.SEARCHES).read_text().splitlines()]
    assert [(row["vectors"], row["recall@10"]) for row in searched] == [("flat", 1.0)] * 2
    done = runner.invoke(bench_scale.app, ["vectors", str(tmp_path), "--like", str(starter_index), "--size", "600"])
    assert '"recall@10": 1.0' in done.output
    drawn = runner.invoke(bench_scale.app, ["plot", str(tmp_path), str(tmp_path / "scale.svg")])
    assert "| 700 |" in drawn.output
    assert "</svg>" in (tmp_path / "scale.svg").read_text()


def test_recall_among_real_vectors(starter_index: Path, tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_text('{"query": "warfarin dose"}\n{"query": "first drug in gout"}\n')
    arguments = ["real", str(tmp_path), "--index", str(starter_index), "--queries", str(tmp_path / "queries.jsonl")]
    done = CliRunner().invoke(bench_scale.app, arguments)
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.output.splitlines()]
    assert [(row["clusters"], row["read"]) for row in rows] == [(35, 6), (35, 4), (35, 1)]
    assert 1 >= rows[0]["recall@10"] >= rows[1]["recall@10"] >= rows[2]["recall@10"] > 0


def test_noise_leaves_the_cosine_it_says() -> None:
    draw = np.random.default_rng(0)
    vectors = np.eye(384, dtype=np.float32)[:50]
    made = bench_scale.noisy(vectors, draw)
    cosines = (made * vectors).sum(axis=1)
    assert cosines.mean() == pytest.approx(bench_scale.COSINE, abs=0.02)
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, rtol=1e-5)
