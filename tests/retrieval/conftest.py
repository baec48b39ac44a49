from __future__ import annotations

from pathlib import Path

import pytest

from index.build import build
from medrag.retrieval.encoder import Encoder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two small guidelines, one superseded by the other."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    editions = (
        (2012, "superseded", "US", "Adults and men over 50", "300 mg"),
        (2020, "current", "GB", "women", "100 mg"),
    )
    for year, status, jurisdiction, population, dose in editions:
        (folder / f"gout-{year}.md").write_text(
            f"---\ntitle: Gout {year}\norganisations: [ACR]\nyear: {year}\nstatus: {status}\n"
            f"jurisdiction: {jurisdiction}\npopulation: {population}\n---\n## Urate-lowering treatment\n\n"
            f"- Start allopurinol at {dose} daily. {{strength: strong; evidence: moderate}}\n"
        )
    return folder


@pytest.fixture
def built(corpus: Path, tmp_path: Path, encoder: Encoder) -> Path:
    """An index of :func:`corpus`."""
    out = tmp_path / "built"
    build([("markdown", corpus)], out, encoder)
    return out
