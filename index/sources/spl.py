"""Drug labels as DailyMed gives them: HL7 Structured Product Labeling, XML, one label a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from index.document import Block, Document, Section, Skipped
from index.sources import SUFFIXES
from index.sources.files import documents
from medrag.curation.spl import read_label


def read(path: Path) -> Iterator[Document | Skipped]:
    """The label of a file or of every ``.xml`` file in a folder; its set id is the document's id."""
    return documents(path, lambda file, _: _document(file), *SUFFIXES["spl"])


def _document(file: Path) -> Document:
    label = read_label(file)
    return Document(
        id=label.set_id,
        title=label.title,
        sections=tuple(
            Section(each.path, tuple(Block(block.text, statement=block.item) for block in each.blocks))
            for each in label.sections
        ),
        organisations=label.makers,
        year=int(label.effective[:4]) if label.effective[:4].isdigit() else None,
        jurisdiction="US",
        url=f"https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={label.set_id}",
    )
