"""Drug labels as DailyMed gives them: HL7 Structured Product Labeling, XML, one label a file.

Its downloads are ZIP files that hold one of each label; they are read as they are.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from index.document import Block, Document, Section, Skipped
from index.sources import SUFFIXES
from index.sources.files import documents, reason
from medrag.curation.spl import read_label


def read(path: Path) -> Iterator[Document | Skipped]:
    """The labels of a file or of every ``.xml`` and ``.zip`` file in a folder; a set id is the document's id."""
    return documents(path, lambda file, _: _labels(file), *SUFFIXES["spl"])


def _labels(file: Path) -> Iterator[Document | Skipped]:
    if file.suffix.lower() != ".zip":
        yield _document(file)
        return
    with tempfile.TemporaryDirectory() as folder, file.open("rb") as source:
        yield from _zipped(source, str(file), Path(folder))


def _zipped(source: BinaryIO, where: str, folder: Path) -> Iterator[Document | Skipped]:
    """The labels of a ZIP file and of those in it, one at a time in ``folder``; pictures are passed over."""
    with zipfile.ZipFile(source) as held:
        for name in held.namelist():
            place = f"{where}/{name}"
            if name.lower().endswith(".zip"):
                with held.open(name) as inner:
                    yield from _zipped(inner, place, folder)  # type: ignore[arg-type]
            elif name.lower().endswith(".xml"):
                label = folder / "label.xml"
                label.write_bytes(held.read(name))
                try:
                    yield _document(label)
                except Exception as error:  # noqa: BLE001 - one broken label is no reason to lose the others
                    yield Skipped(place, reason(error), place)


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
