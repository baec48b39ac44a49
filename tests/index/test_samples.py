"""Documents in the styles that hospitals have, made by several tools, against what a reader found in each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.document import Document, Skipped
from index.sources import reader
from tests.index.pictures import scan
from tests.index.scoring import SAMPLES, labels, passages_of, score

LABELS = labels()


@pytest.mark.parametrize("name", list(LABELS))
def test_every_sentence_row_heading_and_page_is_read_and_no_furniture(name: str) -> None:
    label = LABELS[name]
    found = score(passages_of(SAMPLES / name), label)
    assert found.missed == []
    assert found.pages == found.headings == found.sentences == len(label.get("sentences", ()))


def test_every_recommendation_keeps_its_negation() -> None:
    """Whatever a quotable sentence says of a negated label's words, it says the negation too."""
    for name, label in LABELS.items():
        quotes = [" ".join(p.quote(s).split()) for p in passages_of(SAMPLES / name) for s in p.sentences]
        for words, *_ in label.get("sentences", ()):
            parts = [words] if isinstance(words, str) else words
            if not any(
                each in f" {parts[0].lower()} " for each in (" not ", " never ", " avoid", " neither ", "unless")
            ):
                continue
            for quote in quotes:
                if parts[-1] in quote:
                    assert parts[0] in quote, (name, quote)


def test_a_scanned_page_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    file = scan(SAMPLES / "plain.pdf", tmp_path / "half.pdf", scanned=1)
    items = list(reader("pdf")(file))
    (document,) = (each for each in items if isinstance(each, Document))
    if shutil.which("ocrmypdf") is None:
        (skipped,) = (each for each in items if isinstance(each, Skipped))
        assert skipped.where.endswith("half.pdf page 2") and skipped.partly
    assert any("Check INR" in block.text for section in document.sections for block in section.blocks)
