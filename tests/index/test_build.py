from __future__ import annotations

from pathlib import Path

import pytest

from index.build import build
from medrag.errors import InputError
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store import Index


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


def test_sources_are_counted_and_nothing_is_skipped_silently(tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "gout.md").write_text("## Flare\n- Give colchicine.\n## Cautions\n- Check eGFR.")
    (folder / "bad.md").write_bytes(b"\xff")
    (tmp_path / "more.jsonl").write_text(
        '{"id": "gout", "text": "Again."}\n{"id": "asthma", "text": "Inhale."}\n{"id": "x"}\n'
    )
    heard: list[tuple[int, int]] = []
    sources = [("markdown", folder), ("jsonl", tmp_path / "more.jsonl")]
    manifest, (markdown, jsonl) = build(
        sources, tmp_path / "out", encoder, lambda documents, passages: heard.append((documents, passages))
    )
    assert (markdown.documents, markdown.passages, len(markdown.skipped)) == (1, 2, 1)
    assert (jsonl.documents, jsonl.passages) == (1, 1)
    assert jsonl.skipped[0].why == "a document with this id was read before"
    assert len(jsonl.skipped) == 2
    assert heard == [(1, 2), (2, 3)]
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
