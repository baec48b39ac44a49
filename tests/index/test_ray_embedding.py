"""Embedding on a real local Ray cluster."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import ray_embedding
from index.build import build
from medrag.errors import ConfigurationError, StoreError
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store.reuse import ReusingEncoder

ray = pytest.importorskip("ray")


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        object_store_memory=200_000_000,
    )
    yield
    ray.shutdown()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(40):
        (folder / f"drug-{number}.md").write_text(f"## Dose\n- Give drug {number} at {number * 5} mg daily.")
    return folder


class NotHere(Encoder):
    """An encoder of the machine that builds; the workers have their own."""

    def encode(self, texts: object) -> object:
        raise AssertionError("encoded on the machine that builds")


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def test_ray_makes_the_same_index_and_goes_on_where_it_stopped(cluster: None, corpus: Path, tmp_path: Path) -> None:
    build([("markdown", corpus)], tmp_path / "here", Encoder())

    def interrupted(texts: Iterator[list[str]], reusing: ReusingEncoder) -> None:
        def stop(done: int) -> None:
            raise KeyboardInterrupt

        ray_embedding.embed(texts, reusing, stop, window=15)

    with pytest.raises(KeyboardInterrupt):
        build([("markdown", corpus)], tmp_path / "out", NotHere(), embed=interrupted)
    heard: list[int] = []

    def resumed(texts: Iterator[list[str]], reusing: ReusingEncoder) -> None:
        ray_embedding.embed(texts, reusing, heard.append)

    _, (report,) = build([("markdown", corpus)], tmp_path / "out", NotHere(), embed=resumed)
    assert 0 < heard[-1] < 40
    assert report.passages == 40
    assert contents(tmp_path / "out") == contents(tmp_path / "here")
    assert not (tmp_path / "out" / ".building").exists()


def test_a_worker_with_another_encoder_stops_the_build(cluster: None, corpus: Path, tmp_path: Path) -> None:
    class Changed(NotHere):
        hash = "0" * 64

    with pytest.raises(StoreError, match=r"Embedding on Ray stopped .*Build again"):
        build([("markdown", corpus)], tmp_path / "out", Changed(), embed=ray_embedding.embed)
    assert not (tmp_path / "out" / "manifest.json").exists()
    shutil.rmtree(tmp_path / "out")


def test_a_cluster_that_does_not_answer_is_said_at_once(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:9")
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    with pytest.raises(ConfigurationError, match=r"No Ray cluster answers at 127\.0\.0\.1:9, which RAY_ADDRESS"):
        build([("markdown", corpus)], tmp_path / "out", NotHere(), embed=ray_embedding.embed)
