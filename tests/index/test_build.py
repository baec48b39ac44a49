from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.build import build
from medrag.errors import InputError
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store.index import Index


def test_sources_are_counted_and_nothing_is_skipped_silently(tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "gout.md").write_text("## Flare\n- Give colchicine.\n## Cautions\n- Check eGFR.")
    (folder / "bad.md").write_bytes(b"\xff")
    (tmp_path / "more.jsonl").write_text(
        '{"id": "gout", "text": "Again."}\n{"id": "asthma", "text": "Inhale."}\n{"id": "x"}\n'
    )
    heard: list[tuple[str, int, int]] = []
    sources = [("markdown", folder), ("jsonl", tmp_path / "more.jsonl")]
    manifest, (markdown, jsonl) = build(
        sources,
        tmp_path / "out",
        encoder,
        lambda report: heard.append((report.kind, report.documents, report.passages)),
    )
    assert (markdown.documents, markdown.passages, markdown.encoded, len(markdown.skipped)) == (1, 2, 2, 1)
    assert (jsonl.documents, jsonl.passages, jsonl.encoded) == (1, 1, 1)
    assert jsonl.skipped[0].why == "a document with this id was read before"
    assert len(jsonl.skipped) == 2
    assert heard == [("markdown", 1, 2), ("jsonl", 1, 1)]
    assert [(each.kind, each.name, each.documents) for each in manifest.corpora] == [
        ("markdown", "corpus", 1),
        ("jsonl", "more.jsonl", 1),
    ]
    index = Index.open(tmp_path / "out", encoder)
    assert [index.passages[row].id for row in range(3)] == ["gout#flare", "gout#cautions", "asthma#text"]


def test_nothing_to_index_is_an_error_with_a_reason(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "bad.md").write_text("---\ntitle: Empty\n---\n")
    with pytest.raises(InputError, match=r"No source holds anything to index \(.*bad\.md: it holds no text"):
        build([("markdown", tmp_path)], tmp_path / "out", encoder)
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_an_unknown_kind_names_the_known_ones(tmp_path: Path, encoder: Encoder) -> None:
    with pytest.raises(InputError, match=r"no source kind parchment.*markdown"):
        build([("parchment", tmp_path)], tmp_path / "out", encoder)


class CountingEncoder(Encoder):
    """The real encoder, counting what it is asked to encode."""

    encoded = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += len(texts)
        return super().encode(texts)


STUCK = """
import sys, time
from pathlib import Path
from index.build import build
from medrag.retrieval.encoder import Encoder

class Stuck(Encoder):
    calls = 0

    def encode(self, texts):
        self.calls += 1
        return super().encode(texts) if self.calls < 3 else time.sleep(600)

build([("jsonl", Path(sys.argv[1]))], Path(sys.argv[2]), Stuck())
"""
"""A build that does not get beyond its second batch of texts."""


def test_a_build_killed_in_mid_embedding_goes_on_without_encoding_anything_twice(
    tmp_path: Path, encoder: Encoder
) -> None:
    corpus, out, documents = tmp_path / "corpus.jsonl", tmp_path / "out", 300
    corpus.write_text("".join(f'{{"id": "{n}", "text": "Give drug {n} daily."}}\n' for n in range(documents)))
    child = subprocess.Popen([sys.executable, "-c", STUCK, str(corpus), str(out)])
    while not (kept := _journalled(out)):
        assert child.poll() is None
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    kept = _journalled(out)
    assert 0 < kept < documents
    assert not (out / "manifest.json").exists()

    resuming, fresh = CountingEncoder(), tmp_path / "fresh"
    _, (report,) = build([("jsonl", corpus)], out, resuming)
    assert resuming.encoded == report.encoded == documents - kept
    build([("jsonl", corpus)], fresh, encoder)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        path.name: path.read_bytes() for path in fresh.iterdir()
    }


def _journalled(out: Path) -> int:
    """Texts whose vectors are safe on disk."""
    sizes = {path.suffix: path.stat().st_size for path in (out / ".building").glob("encoded-*")}
    return min(sizes[".keys"] // 8, sizes[".vectors"] // (4 * 384)) if len(sizes) == 2 else 0
