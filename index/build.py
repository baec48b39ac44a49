"""Sources in, an index out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from index import chunk
from index.document import Skipped
from index.sources import reader
from medrag.errors import InputError
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.manifest import CorpusEntry, Manifest
from medrag.retrieval.passages import searched_text
from medrag.retrieval.store import writing
from medrag.types import Passage

GUIDELINES = Path(__file__).parent / "guidelines"
BATCH = 256

Progress = Callable[[int, int], None]


@dataclass
class SourceReport:
    """What became of one source."""

    kind: str
    path: Path
    documents: int = 0
    passages: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def build(
    sources: Sequence[tuple[str, Path]],
    out: Path,
    encoder: Encoder,
    progress: Progress | None = None,
) -> tuple[Manifest, list[SourceReport]]:
    """Read ``sources`` (kind and path each), write the index to ``out``; ``progress`` hears the counts so far.

    What a source cannot use is in its report. The same input gives the same bytes.

    Raises:
        InputError: a source is not there, or nothing in any of them can be used.
        StoreError: the index cannot be written.
    """
    reports: list[SourceReport] = []
    corpora: list[CorpusEntry] = []
    seen: set[str] = set()
    with writing(out, encoder, chunk.PARAMETERS) as writer:
        for kind, path in sources:
            report = SourceReport(kind, path)
            reports.append(report)
            digest = hashlib.sha256()
            for batch in _batches(_passages(report, seen)):
                for passage in batch:
                    digest.update(passage.model_dump_json().encode())
                writer.add([(passage, searched_text(passage)) for passage in batch])
                if progress:
                    progress(sum(each.documents for each in reports), writer.rows)
            corpora.append(_entry(report, digest.hexdigest()))
        if not writer.rows:
            raise InputError(_nothing(reports), param="source")
        return writer.commit(corpora), reports


def _passages(report: SourceReport, seen: set[str]) -> Iterator[Passage]:
    """The passages of a source's documents, counting them and what was skipped into ``report``."""
    for item in reader(report.kind)(report.path):
        if isinstance(item, Skipped):
            report.skipped.append(item)
            continue
        if item.id in seen:
            report.skipped.append(Skipped(item.id, "a document with this id was read before"))
            continue
        seen.add(item.id)
        report.documents += 1
        for passage in chunk.passages(item):
            report.passages += 1
            yield passage


def _batches(passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    iterator = iter(passages)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _entry(report: SourceReport, sha256: str) -> CorpusEntry:
    return CorpusEntry(
        kind=report.kind, name=report.path.name, sha256=sha256, documents=report.documents, passages=report.passages
    )


def _nothing(reports: Sequence[SourceReport]) -> str:
    reasons = [f"{skipped.where}: {skipped.why}" for report in reports for skipped in report.skipped[:1]]
    return "No source holds anything to index" + (f" ({'; '.join(reasons)})." if reasons else ".")
