import hashlib
from pathlib import Path

import pytest

from eval.cases import from_index
from eval.tasks import grounded
from medrag.errors import InputError
from medrag.retrieval.retriever import Retriever


def test_the_cases_are_grounded_tasks_over_the_index(tmp_path: Path, retriever: Retriever) -> None:
    path = tmp_path / "c.jsonl"
    assert from_index.write(retriever.index, path, count=20, seed=1, held_out=None) == 20
    samples = grounded.load(path).samples
    passages = {
        retriever.index.passages[row].id: retriever.index.passages[row] for row in range(len(retriever.index.passages))
    }
    for sample in samples:
        passage = passages[sample.id]
        assert sample.gold.statements == tuple(passage.quote(sentence) for sentence in passage.sentences)
        assert passage.section[-1].lower() in sample.case.question


def test_the_seed_decides_the_file(tmp_path: Path, retriever: Retriever) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        from_index.write(retriever.index, tmp_path / name, count=10, seed=seed, held_out=None)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


def test_held_out_documents_only(tmp_path: Path, retriever: Retriever) -> None:
    path = tmp_path / "c.jsonl"
    from_index.write(retriever.index, path, count=1000, seed=0, held_out=".md")
    documents = {sample.gold.doc_ids[0] for sample in grounded.load(path).samples}
    assert documents
    for document in documents:
        assert hashlib.sha1(f"{document.rpartition('/')[2]}.md".encode()).hexdigest()[-1] in "01"


def test_an_index_with_nothing_to_ask_is_an_error(tmp_path: Path, retriever: Retriever) -> None:
    with pytest.raises(InputError, match="no passage"):
        from_index.write(retriever.index, tmp_path / "c.jsonl", count=1, seed=0, held_out=".none18")
