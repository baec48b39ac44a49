"""A file of queries to a line of passages each: what ``medrag search --queries`` prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medrag.errors import InputError
from medrag.retrieval.query import condensed
from medrag.retrieval.retriever import Retriever
from medrag.types import Evidence, Filters


class BatchQuery(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str | int
    query: str = Field(min_length=1)
    filters: Filters | None = None


def read_queries(path: Path) -> Iterator[BatchQuery]:
    """The file's queries, one a line. Raises InputError, naming the line, when one does not parse."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _query(path, number, line)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The queries in {path} cannot be read: {error}", param="queries") from error


def search_line(retriever: Retriever, query: BatchQuery, *, k: int, filters: Filters = Filters()) -> str:  # noqa: B008
    """``{"id", "passages": [{"id", "doc_id", "score", "title", "text"}]}`` as one line of JSON.

    A query's own filters stand in the place of ``filters``. A passage that is not current also has its ``status``.
    """
    found = retriever.nearest(condensed(query.query), k=k, filters=query.filters or filters)
    return json.dumps({"id": query.id, "passages": [_passage(each) for each in found]}, ensure_ascii=False)


def read_filters(asked: Iterable[str]) -> Filters:
    """Filters of ``field=value`` words; a field that takes several may come again.

    Raises InputError for a field there is none of, or a value that does not fit it.
    """
    values: dict[str, list[str]] = {}
    for each in asked:
        field, _, value = each.partition("=")
        values.setdefault(field.strip(), []).append(value.strip())
    single = {"year_from", "year_to"}
    try:
        return Filters.model_validate({key: of[-1] if key in single else of for key, of in values.items()})
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"The filter {'.'.join(map(str, first['loc']))} is wrong ({first['msg']}). "
            f"Filters are field=value, of the fields {', '.join(Filters.model_fields)}.",
            param="filter",
        ) from error


def _query(path: Path, number: int, line: str) -> BatchQuery:
    try:
        return BatchQuery.model_validate_json(line)
    except ValidationError as error:
        raise InputError(
            f'Line {number} of {path} is not a query: each line is {{"id": ..., "query": "..."}}, '
            f'with "filters" where it needs them ({", ".join(Filters.model_fields)}).',
            param="queries",
        ) from error


def _passage(evidence: Evidence) -> dict[str, str | float]:
    passage = evidence.passage
    return {
        "id": passage.id,
        "doc_id": passage.doc_id,
        "score": evidence.score,
        "title": passage.title,
        "text": passage.text,
        **({} if passage.status == "current" else {"status": passage.status}),
    }
