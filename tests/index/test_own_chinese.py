"""An index of Chinese guidelines is built with the installation's own Chinese vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import build
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.store.index import Index

OWN = {
    "drugs.own.csv": "name\nzolvaxin\n",
    "names.zh.csv": "kind,key,names\ndrug,zolvaxin,泽伐辛\n",
}
GUIDELINE = "---\ntitle: 指南\nlanguage: zh\n---\n## 用药\n\n- 推荐使用泽伐辛。\n\n## 其他\n\n- 推荐多饮水。\n"


def found(index: Index, word: str) -> list[str]:
    """The passages that hold the word, by BM25 alone."""
    return [index.passages[row].id for row, score in enumerate(index.lexical.scores(word)) if score > 0]


@pytest.mark.parametrize("own", [True, False])
def test_a_drug_of_the_installations_own_is_searched_by_its_english_name(
    own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vocabulary, corpus = tmp_path / "vocabulary", tmp_path / "corpus"
    for folder, files in ((vocabulary, OWN), (corpus, {"zh.md": GUIDELINE})):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    if own:
        monkeypatch.setenv("MEDRAG_KNOWLEDGE", str(vocabulary))
    encoder = Encoder()
    build([("markdown", corpus)], tmp_path / "out", encoder)
    assert found(Index.open(tmp_path / "out", encoder), "zolvaxin") == (["zh#用药"] if own else [])
