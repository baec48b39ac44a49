"""What people decide of an index's documents. It stands beside the index, so that the next build from the same files
does not bring back what was taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from pydantic import Field, ValidationError

from index import chunk
from index.document import Document
from medrag.errors import InputError, StoreError
from medrag.files import write_whole
from medrag.knowledge import load
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.question.query import asked_text
from medrag.retrieval.store.asked import Answered
from medrag.retrieval.store.index import Index
from medrag.retrieval.store.manifest import Manifest
from medrag.retrieval.store.passages import searched_text
from medrag.retrieval.store.writer import writing
from medrag.settings import Settings
from medrag.types import Passage, Record

CURATION = "curation.json"
_BATCH = 256


class Curation(Record):
    """Ids of documents taken out, and of those superseded, each with the id of what took its place (or none)."""

    removed: tuple[str, ...] = ()
    superseded: dict[str, str | None] = Field(default_factory=dict)

    def applied(self, document: Document) -> Document:
        """The document with the status decided for it."""
        return replace(document, status="superseded") if document.id in self.superseded else document

    def passage(self, passage: Passage) -> Passage | None:
        """The passage as it is to stand; None where its document was taken out."""
        if passage.doc_id in self.removed:
            return None
        superseded = passage.doc_id in self.superseded and passage.status == "current"
        return passage.model_copy(update={"status": "superseded"}) if superseded else passage


def read_curation(directory: Path) -> Curation:
    """What was decided of the index in ``directory``. Raises StoreError where it does not parse."""
    file = directory / CURATION
    try:
        return Curation.model_validate_json(file.read_text("utf-8")) if file.exists() else Curation()
    except (ValidationError, UnicodeDecodeError) as error:
        raise StoreError(f"{file} is damaged; mend or delete it.") from error


def curate(directory: Path, encoder: Encoder, decide: Callable[[Curation], Curation]) -> Manifest:
    """Decide of documents, and write the index anew as decided; no passage is encoded again.

    Raises:
        InputError: the decision leaves nothing.
        StoreError: there is no index on disk, or it cannot be written.
    """
    index = Index.open(directory, encoder)
    decided = decide(read_curation(directory))
    knowledge = load(Settings().knowledge_dir)
    with writing(directory, encoder, chunk.PARAMETERS) as writer:
        for batch in _batches(index, decided):
            writer.add([(passage, searched_text(passage, knowledge)) for passage in batch])
        if not writer.rows:
            raise InputError("Nothing would be left of the index.", param="document")
        for each in index.asked.answered:
            if each.document not in decided.removed:
                writer.ask(each, asked_text(each.question, knowledge))
        write_whole(directory / CURATION, decided.model_dump_json(indent=2) + "\n")
        return writer.commit(index.manifest.corpora)


def _batches(index: Index, decided: Curation) -> Iterator[list[Passage]]:
    for start in range(0, len(index.passages), _BATCH):
        rows = range(start, min(start + _BATCH, len(index.passages)))
        kept = [passage for row in rows if (passage := decided.passage(index.passages[row]))]
        if kept:
            yield kept


class Before:
    """The index that a build replaces, for the documents that cannot be read this time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def passages(self, document: str) -> list[Passage]:
        """What it holds of ``document``; none where there is no index on disk that opens."""
        index = self._index
        return [index.passages[row] for row in self._rows.get(document, ())] if index else []

    def answered(self, document: str) -> list[Answered]:
        """The questions that it holds beside ``document``."""
        return [each for each in self._index.asked.answered if each.document == document] if self._index else []

    @cached_property
    def _index(self) -> Index | None:
        try:
            return Index.open(self._directory)
        except StoreError:
            return None

    @cached_property
    def _rows(self) -> dict[str, range]:
        """The rows of each document, which stand together."""
        found: dict[str, range] = {}
        for row in range(len(self._index.passages)) if self._index else ():
            document = self._index.passages[row].doc_id if self._index else ""
            found[document] = range(found[document].start if document in found else row, row + 1)
        return found
