"""A file of queries to a line of passages each: what ``medrag search --queries`` prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medrag.errors import InputError
from medrag.files import fault, read_lines
from medrag.knowledge import Knowledge
from medrag.retrieval.question.query import condensed
from medrag.retrieval.retriever import Retriever
from medrag.types import Evidence, Filters

_FIELDS = ", ".join(Filters.model_fields)
# On the command line each word holds one value.
_SINGULAR = {
    "status": "statuses",
    "organisation": "organisations",
    "jurisdiction": "jurisdictions",
    "population": "populations",
    "language": "languages",
    "strength": "strengths",
    "grade": "grades",
}


class BatchQuery(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str | int
    query: str = Field(min_length=1)
    filters: Filters | None = None


def read_queries(path: Path) -> Iterator[BatchQuery]:
    """The file's queries, one a line. Raises InputError, naming the line, when one does not parse."""
    hint = f'each line is {{"id": ..., "query": "..."}}, with "filters" where it needs them ({_FIELDS})'
    return read_lines(path, BatchQuery, hint=hint, param="queries")


def search_line(
    retriever: Retriever,
    query: BatchQuery,
    knowledge: Knowledge,
    *,
    k: int,
    filters: Filters = Filters(),  # noqa: B008
) -> str:
    """``{"id", "passages": [{"id", "doc_id", "score", "title", "section", "text", "sentences"}]}`` as one line of JSON.

    A query's own filters stand in the place of ``filters``. A passage that is not current also has its ``status``.
    ``sentences`` are those that can be quoted, where a strength or grade was asked for those that have it.
    """
    asked = query.filters or filters
    found = retriever.nearest(condensed(query.query, knowledge), k=k, filters=asked)
    passages = [_passage(each) | _sentences(each) for each in found]
    return json.dumps({"id": query.id, "passages": passages}, ensure_ascii=False)


def read_filters(asked: Iterable[str]) -> Filters:
    """Filters of ``field=value`` words; a field that takes several may come again.

    Raises InputError for a field there is none of, or a value that does not fit it.
    """
    values: dict[str, list[str]] = {}
    for each in asked:
        word, _, value = each.partition("=")
        field = _SINGULAR.get(word.strip(), word.strip())
        values.setdefault(field, []).append(value.strip())
    single = {"year_from", "year_to"}
    try:
        return Filters.model_validate({key: of[-1] if key in single else of for key, of in values.items()})
    except ValidationError as error:
        message = f"{fault(error)}. Filters are field=value, of the fields {_FIELDS}."
        raise InputError(message, param="filter") from error


def _sentences(evidence: Evidence) -> dict[str, Any]:
    passage = evidence.passage
    said = [{"text": passage.quote(each), "strength": each.strength, "grade": each.grade} for each in passage.sentences]
    return {"sentences": said}


def _passage(evidence: Evidence) -> dict[str, Any]:
    passage = evidence.passage
    return {
        "id": passage.id,
        "doc_id": passage.doc_id,
        "score": evidence.score,
        "title": passage.title,
        "section": passage.section,
        "text": passage.text,
        **({} if passage.status == "current" else {"status": passage.status}),
        **({"page": passage.page} if passage.page else {}),
        **({"link": passage.link} if passage.link else {}),
        **({"licence": passage.licence} if passage.licence else {}),
        **({"attribution": passage.attribution} if passage.attribution else {}),
    }
