"""Sources in, an index out."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path

from index import chunk
from index.annotations import annotations_of
from index.document import Document, Skipped
from index.formulary import Formulary
from index.metadata import metadata_of
from index.sources import HUB, SUFFIXES, hub, reader
from index.sources.files import files
from index.upkeep.curation import Before, Curation, read_curation
from medrag.errors import InputError
from medrag.knowledge import Knowledge, load
from medrag.retrieval.encoder import Encoder
from medrag.retrieval.question.query import asked_text
from medrag.retrieval.store.asked import Answered
from medrag.retrieval.store.collection import Server
from medrag.retrieval.store.manifest import CorpusEntry, Manifest
from medrag.retrieval.store.passages import searched_text
from medrag.retrieval.store.reuse import ReusingEncoder
from medrag.retrieval.store.writer import IndexWriter, writing
from medrag.settings import Settings
from medrag.types import Passage

GUIDELINES = Path(__file__).parent / "guidelines"
BATCH = 256

Source = tuple[str, Path]
Progress = Callable[["SourceReport"], None]
# Makes the vectors of texts ahead of the build, which then finds them in the ReusingEncoder.
Embed = Callable[[Iterator[list[str]], ReusingEncoder], None]


@dataclass
class SourceReport:
    """What became of one source; ``encoded`` of its passages had no vector yet.

    ``kept`` are the documents that could not be read and stand as the index before had them; ``overdue`` those whose
    review is past due; ``off_formulary`` counts the sentences that are not quoted because they recommend other drugs.
    ``answered`` are the questions written beside its documents.
    """

    kind: str
    path: Path
    documents: int = 0
    passages: int = 0
    encoded: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)
    off_formulary: int = 0
    answered: list[Answered] = field(default_factory=list)


def build(  # noqa: PLR0913 (what goes in, where to, and how)
    sources: Sequence[Source],
    out: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    embed: Embed | None = None,
    milvus: Server | None = None,
    formulary: Formulary | None = None,
) -> tuple[Manifest, list[SourceReport]]:
    """Read ``sources`` (kind and path each), write the index to ``out``; ``progress`` hears of each batch.

    What a source cannot use is in its report. The same input gives the same bytes. ``milvus`` takes the passages
    instead of ``out``; what recommends a drug off the ``formulary`` is not quotable.
    With ``embed`` the sources are read twice: once
    for their texts, and once more when those are encoded.

    Raises:
        InputError: a source is not there, or nothing in any of them can be used.
        StoreError: the index cannot be written.
    """
    for source in sources:
        _checked(*source)
    state = State(Before(out), read_curation(out), load(Settings().knowledge_dir), formulary)
    with writing(out, encoder, chunk.PARAMETERS, milvus) as writer:
        if embed:
            embed(_texts(sources, state), writer.reusing)
            writer.reusing.reread()
        reports: list[SourceReport] = []
        with _seen() as seen:
            corpora = [_add(writer, source, seen, state, reports, progress) for source in sources]
        if not writer.rows:
            raise InputError(_nothing(reports), param="source")
        return writer.commit(corpora), reports


@dataclass(frozen=True)
class State:
    """What a build goes by besides its sources: the index it replaces, what was decided of its documents, the names
    by which Chinese is searched, and which drugs may be recommended."""

    before: Before
    curation: Curation
    knowledge: Knowledge
    formulary: Formulary | None = None

    def restricted(self, report: SourceReport, passages: Iterable[Passage]) -> Iterator[Passage]:
        """The passages, what recommends a drug off the formulary not quotable, counted into ``report``."""
        for passage in passages:
            kept = self.formulary.restricted(passage) if self.formulary else passage
            report.off_formulary += len(passage.sentences) - len(kept.sentences)
            yield kept


def _checked(kind: str, path: Path) -> None:
    """Raises InputError for a source that cannot be read, before any is."""
    reader(kind)
    if kind.startswith(HUB):
        hub.check(kind.removeprefix(HUB), path)
        return
    next(files(path, *SUFFIXES[kind]))
    metadata_of(path)


def _add(  # noqa: PLR0913 (one source's way through a build)
    writer: IndexWriter,
    source: Source,
    seen: Seen,
    state: State,
    reports: list[SourceReport],
    progress: Progress | None,
) -> CorpusEntry:
    """One source's passages into ``writer``, and its report into ``reports``."""
    report = SourceReport(*source)
    reports.append(report)
    digest = hashlib.sha256()
    before = writer.reusing.encoded
    for batch in _batches(_passages(report, seen, state)):
        for passage in batch:
            digest.update(passage.model_dump_json().encode())
        writer.add([(passage, searched_text(passage, state.knowledge)) for passage in batch])
        report.encoded = writer.reusing.encoded - before
        if progress:
            progress(report)
    for each in report.answered:
        writer.ask(each, asked_text(each.question, state.knowledge))
    return CorpusEntry(
        kind=report.kind,
        name=report.path.name,
        sha256=digest.hexdigest(),
        documents=report.documents,
        passages=report.passages,
    )


def _texts(sources: Sequence[Source], state: State) -> Iterator[list[str]]:
    """The texts of the sources' passages, a batch at a time."""
    with _seen() as seen:
        for source in sources:
            for batch in _batches(_passages(SourceReport(*source), seen, state)):
                yield [searched_text(passage, state.knowledge) for passage in batch]


def _passages(report: SourceReport, seen: Seen, state: State) -> Iterator[Passage]:
    """The passages of a source's documents, counting them and what was skipped into ``report``."""
    yield from state.restricted(report, _read(report, seen, state))


def _read(report: SourceReport, seen: Seen, state: State) -> Iterator[Passage]:
    for item in reader(report.kind)(report.path):
        if isinstance(item, Skipped):
            yield from _counted(report, _as_before(report, item, seen, state))
        elif item.id in state.curation.removed:
            continue
        elif not seen.add(item.id):
            report.skipped.append(Skipped(item.id, "a document with this id was read before", item.id, partly=True))
        else:
            report.documents += 1
            document = state.curation.applied(item)
            if document.review and document.review < date.today():
                report.overdue.append(f"{document.id}: review was due {document.review}")
            yield from _counted(report, _annotated(report, document))


def _annotated(report: SourceReport, document: Document) -> list[Passage]:
    """The document's passages with what people wrote beside it; questions go into ``report``."""
    passages = list(chunk.passages(document))
    try:
        notes = annotations_of(document, report.path)
    except InputError as error:
        report.skipped.append(Skipped(str(report.path), str(error), document.id, partly=True))
        return passages
    if notes is None:
        return passages
    if stale := notes.stale(passages):
        why = f"{len(stale)} sentences that its notes name are not there: {', '.join(stale[:5])}"
        report.skipped.append(Skipped(str(document.file), why, document.id, partly=True))
    report.answered += notes.answered
    return notes.applied(passages)


def _as_before(report: SourceReport, skipped: Skipped, seen: Seen, state: State) -> Iterable[Passage]:
    """What the index before held of a document that cannot be read now."""
    document = skipped.document
    kept = (
        []
        if document is None or skipped.partly or document in state.curation.removed
        else state.before.passages(document)
    )
    if not kept or document is None or not seen.add(document):
        report.skipped.append(skipped)
        return []
    report.skipped.append(replace(skipped, why=f"{skipped.why.rstrip('.')}; the version before is kept"))
    report.kept.append(document)
    report.answered += state.before.answered(document)
    report.documents += 1
    return kept


def _counted(report: SourceReport, passages: Iterable[Passage]) -> Iterator[Passage]:
    for passage in passages:
        report.passages += 1
        yield passage


class Seen:
    """The ids met so far, in a temporary database: a set of many millions would not fit in memory."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("CREATE TABLE seen (id TEXT PRIMARY KEY) WITHOUT ROWID")

    def add(self, document: str) -> bool:
        """Whether the id is new; it is not from now on."""
        return self._database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (document,)).rowcount > 0

    def close(self) -> None:
        """Remove the database."""
        self._database.close()


def _seen() -> closing[Seen]:
    return closing(Seen(sqlite3.connect("", isolation_level=None)))


def _batches(passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    iterator = iter(passages)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _nothing(reports: Sequence[SourceReport]) -> str:
    reasons = [f"{skipped.where}: {skipped.why}" for report in reports for skipped in report.skipped[:1]]
    return "No source holds anything to index" + (f" ({'; '.join(reasons)})." if reasons else ".")
