"""A page's picture shows the rules that were drawn on it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]

from index.layout.picture import rules

GRID = Path(__file__).parents[1] / "samples" / "tables.pdf"


def test_drawn_rules_are_seen_in_the_picture() -> None:
    with closing(pypdfium2.PdfDocument(GRID)) as pdf, pdfplumber.open(GRID) as drawn:
        seen = rules(pdf, 0)
        edges = [edge for edge in drawn.pages[0].edges if abs(edge["x1"] - edge["x0"]) > 60]
    tops = [edge["top"] for edge in seen if edge["orientation"] == "h"]
    assert edges
    assert all(any(abs(edge["top"] - top) < 1.5 for top in tops) for edge in edges)


def test_text_is_no_rule() -> None:
    with closing(pypdfium2.PdfDocument(GRID.with_name("plain.pdf"))) as pdf:
        assert rules(pdf, 0) == []
