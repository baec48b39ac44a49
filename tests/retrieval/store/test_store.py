from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.build import build
from medrag.errors import IndexCorrupt, IndexMismatch, IndexMissing, StoreError
from medrag.knowledge import load
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.retriever import Retriever
from medrag.retrieval.store.checked import STAMPS
from medrag.retrieval.store.index import Index
from medrag.retrieval.store.manifest import MANIFEST
from medrag.retrieval.store.passages import searched_text
from medrag.retrieval.store.writer import writing


def contents(directory: Path) -> dict[str, bytes]:
    files = (path for path in directory.iterdir() if path.is_file() and path.name != STAMPS)
    return {path.name: path.read_bytes() for path in files}


class CountingEncoder(Encoder):
    """The real encoder, counting what it is asked to encode."""

    encoded = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += len(texts)
        return super().encode(texts)


def test_the_same_input_gives_the_same_bytes(corpus: Path, built: Path, tmp_path: Path, encoder: Encoder) -> None:
    moved = tmp_path / "elsewhere" / "corpus"
    shutil.copytree(corpus, moved)
    build([("markdown", moved)], tmp_path / "again", encoder)
    assert contents(tmp_path / "again") == contents(built)


def test_a_passage_comes_back_as_it_was_written(built: Path, encoder: Encoder) -> None:
    index = Index.open(built, encoder)
    assert index.manifest.rows == len(index.passages) == len(index.dense) == 2
    passage = index.passages[1]
    assert passage.id == "gout-2020#urate-lowering-treatment"
    assert passage.text == "Start allopurinol at 100 mg daily."
    assert (passage.sentences[0].strength, passage.sentences[0].grade) == ("strong", "moderate")
    assert passage.quote(passage.sentences[0]) == passage.text


def test_no_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="medrag index build --out"):
        Index.open(tmp_path / "nowhere")


def test_another_encoder_is_refused(built: Path, tmp_path: Path, encoder: Encoder) -> None:
    other = tmp_path / "other-encoder"
    shutil.copytree(encoder.path, other)
    config = other / "sentence_bert_config.json"
    config.write_text(config.read_text().replace("256", "128"))
    with pytest.raises(IndexMismatch, match=r"all-MiniLM-L6-v2 .* not with other-encoder .*medrag index build"):
        Index.open(built, Encoder(other))


def test_another_format_is_refused(built: Path) -> None:
    manifest = json.loads((built / MANIFEST).read_text())
    (built / MANIFEST).write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(IndexMismatch, match="another format"):
        Index.open(built)


def test_another_format_is_built_over_as_its_error_says(corpus: Path, built: Path, encoder: Encoder) -> None:
    manifest = json.loads((built / MANIFEST).read_text())
    (built / MANIFEST).write_text(json.dumps(manifest | {"format": 1}))
    build([("markdown", corpus)], built, encoder)
    assert len(Index.open(built, encoder).passages) == manifest["rows"]


def test_every_changed_byte_is_noticed(built: Path) -> None:
    manifest = json.loads((built / MANIFEST).read_text())
    for entry in manifest["files"].values():
        path = built / entry["name"]
        before = path.read_bytes()
        path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
        with pytest.raises(IndexCorrupt, match="not as it was written"):
            Index.open(built)
        path.write_bytes(before)
    Index.open(built)


def test_a_missing_file_and_a_broken_manifest_are_corrupt(built: Path) -> None:
    next(built.glob("vectors-*")).unlink()
    with pytest.raises(IndexCorrupt, match=r"vectors-\w+\.npy cannot be read"):
        Index.open(built)
    (built / MANIFEST).write_text("{")
    with pytest.raises(IndexCorrupt, match="does not parse"):
        Index.open(built)


def test_a_build_that_dies_leaves_the_old_index(built: Path, encoder: Encoder) -> None:
    before = Index.open(built, encoder).hash
    with pytest.raises(KeyboardInterrupt), writing(built, encoder, {}) as writer:
        writer.add([(Index.open(built).passages[0], "half of it")])
        raise KeyboardInterrupt
    assert Index.open(built, encoder).hash == before


def test_a_full_disk_leaves_the_old_index_and_says_so(
    corpus: Path, built: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = contents(built)
    monkeypatch.setattr(np, "save", full)
    with pytest.raises(StoreError, match=r"disk is full .* untouched"):
        build([("markdown", corpus)], built, encoder)
    assert contents(built) == before


def test_two_builds_do_not_write_at_once(built: Path, encoder: Encoder) -> None:
    with pytest.raises(IndexCorrupt), writing(built, encoder, {}):
        with pytest.raises(StoreError, match="Another build"), writing(built, encoder, {}):
            pass
        raise IndexCorrupt("leave without writing")


def test_a_rebuild_replaces_the_files_under_an_open_index(corpus: Path, built: Path, encoder: Encoder) -> None:
    opened = Retriever(Index.open(built, encoder), encoder)
    (corpus / "gout-2012.md").unlink()
    build([("markdown", corpus)], built, encoder)
    assert Index.open(built, encoder).manifest.rows == 1
    assert len(contents(built)) == len(opened.index.manifest.files) + 1
    assert opened.search("allopurinol starting dose in gout")[0].passage.doc_id == "gout-2020"


def test_only_new_and_changed_documents_are_encoded(corpus: Path, built: Path, tmp_path: Path) -> None:
    (corpus / "gout-2012.md").unlink()
    (corpus / "asthma.md").write_text("## Relief\n- Inhale salbutamol.")
    encoder = CountingEncoder()
    build([("markdown", corpus)], built, encoder)
    assert encoder.encoded == 1
    build([("markdown", corpus)], tmp_path / "fresh", encoder)
    assert encoder.encoded == 3
    assert contents(tmp_path / "fresh") == contents(built)


def test_an_interrupted_build_goes_on_where_it_stopped(corpus: Path, tmp_path: Path, encoder: Encoder) -> None:
    out, counting = tmp_path / "out", CountingEncoder()
    build([("markdown", corpus)], tmp_path / "whole", encoder)
    first = Index.open(tmp_path / "whole").passages[0]
    with pytest.raises(KeyboardInterrupt), writing(out, counting, {}) as writer:
        writer.add([(first, searched_text(first, load()))])
        raise KeyboardInterrupt
    vectors = next((out / ".building").glob("encoded-*.vectors"))
    vectors.write_bytes(vectors.read_bytes() + b"cut off")
    assert counting.encoded == 1
    build([("markdown", corpus)], out, counting)
    assert counting.encoded == 2
    assert contents(out) == contents(tmp_path / "whole")
    assert not (out / ".building").exists()


def test_a_place_that_cannot_be_written_is_a_store_error(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(StoreError, match=r"cannot be written .*no index was written"),
        writing(tmp_path / "file" / "index", encoder, {}),
    ):
        pass
