from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bm25s import BM25

from medrag.retrieval.store import lexical, lexical_writer
from medrag.retrieval.store.lexical import Tokeniser, open_lexical
from medrag.retrieval.store.lexical_writer import LexicalWriter

QUERIES = ("drug17", "drug3 drug3 dose", "dose of drug250 in gout", "unheard")


def texts(rows: int) -> list[str]:
    """Words as rare as in a language: the n-th of 300 is used 1/n as often as the first."""
    draw = np.random.default_rng(3)
    shares = 1 / np.arange(1, 301)
    lengths = draw.integers(0, 40, size=rows)
    return [
        " ".join(f"drug{n}" for n in draw.choice(300, length, p=shares / shares.sum())) + " dose" * (length % 2)
        for length in lengths
    ]


def written(directory: Path, rows: list[str]) -> lexical.Lexical:
    directory.mkdir()
    writer = LexicalWriter(directory)
    for text in rows:
        writer.add(text)
    writer.close()
    assert {path.name for path in directory.iterdir()} == set(lexical.FILES)
    return open_lexical({path.name: path for path in directory.iterdir()})


@pytest.mark.parametrize("sorted_at_once", [100, 1_000_000])
def test_the_scores_are_those_of_bm25s(tmp_path: Path, sorted_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical_writer, "_SORTED", sorted_at_once)
    rows, tokenise = texts(500), Tokeniser()
    ours = written(tmp_path / "index", rows)
    theirs = BM25()
    theirs.index([tokenise(text) for text in rows], show_progress=False)
    for query in QUERIES:
        known = [word for word in tokenise(query) if word in theirs.vocab_dict]
        expected = theirs.get_scores(known) if known else np.zeros(len(rows))
        np.testing.assert_allclose(ours.scores(query), expected, rtol=1e-5)


def test_no_rows_and_empty_rows_are_an_index_too(tmp_path: Path) -> None:
    assert written(tmp_path / "none", []).scores("gout").shape == (0,)
    assert written(tmp_path / "empty", ["", "the of"]).scores("gout").tolist() == [0, 0]
