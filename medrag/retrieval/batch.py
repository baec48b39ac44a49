"""A file of queries to a line of passages each: what ``medrag search --queries`` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medrag.errors import InputError
from medrag.retrieval.retriever import Retriever
from medrag.types import Evidence, Filters


class BatchQuery(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str | int
    query: str = Field(min_length=1)


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
    """``{"id", "passages": [{"id", "doc_id", "score", "title", "text"}]}`` as one line of JSON."""
    found = retriever.nearest(query.query, k=k, filters=filters)
    return json.dumps({"id": query.id, "passages": [_passage(each) for each in found]}, ensure_ascii=False)


def _query(path: Path, number: int, line: str) -> BatchQuery:
    try:
        return BatchQuery.model_validate_json(line)
    except ValidationError as error:
        raise InputError(
            f'Line {number} of {path} is not a query: each line is {{"id": ..., "query": "..."}}.', param="queries"
        ) from error


def _passage(evidence: Evidence) -> dict[str, str | float]:
    passage = evidence.passage
    return {
        "id": passage.id,
        "doc_id": passage.doc_id,
        "score": evidence.score,
        "title": passage.title,
        "text": passage.text,
    }
