"""What clinicians said of statements, and the preference pairs that follow from it.

What is stored is de-identified already. The last verdict of a person on a statement counts. A pair is a line for
``medrag sft prefer``::

    {"prompt": [{"role", "content"}, ...], "chosen": "...", "rejected": "...",
     "kind": "answer" | "edit", "advice": "...", "who": "...", "time": "...", "model": "...", "evidence": ["id", ...],
     "comments": ["...", ...]}

An ``answer`` pair prefers the answer without its rejected statements (``none`` when none is left) to the answer as it
was given. An ``edit`` pair prefers the clinician's words to the statement's; its prompt asks for free wording, because
an edited statement is no quotation any more. ``comments`` are the reasons that were given, where there are any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Literal

import sqlalchemy as sa

from medrag.generation.modes import MODES, Grounding
from medrag.storage.database import Database
from medrag.storage.tables import reviews
from medrag.types import Record

Verdict = Literal["accept", "reject", "edit"]
Json = dict[str, Any]
Prompt = tuple[Mapping[str, object], ...]
"""Chat messages."""


class Edit(Record):
    """A statement in a clinician's own words: the prompt that asks for such words, and both wordings."""

    prompt: Prompt
    original: str
    edited: str


class Review(Record):
    """One verdict on one statement. ``answer`` is what the model should write for each statement of the answer."""

    who: str
    advice: str
    statement: int
    verdict: Verdict
    grounding: Grounding
    prompt: Prompt
    answer: tuple[str, ...]
    evidence: tuple[str, ...]
    model: str
    edit: Edit | None = None
    comment: str | None = None


def add(database: Database, review: Review) -> None:
    """Keeps a verdict.

    Raises:
        StorageError: the database cannot be written.
    """
    row = {
        "time": datetime.now(UTC),
        "who": review.who,
        "advice": review.advice,
        "statement": review.statement,
        "verdict": review.verdict,
        "content": review.model_dump_json(),
    }
    with database.writing() as connection:
        connection.execute(sa.insert(reviews).values(row))


def pairs(database: Database) -> Iterator[Json]:
    """The preference pairs, answer by answer.

    Raises:
        StorageError: the database cannot be read.
    """
    query = sa.select(reviews).order_by(reviews.c.advice, reviews.c.who, reviews.c.number)
    with database.reading() as connection:
        rows = connection.execute(query.execution_options(yield_per=100))
        for _, given in groupby(rows, key=lambda row: (row.advice, row.who)):
            last = {row.statement: row for row in given}
            time = max(row.time for row in last.values()).isoformat()
            yield from _pairs([Review.model_validate_json(row.content) for row in last.values()], time)


def _pairs(verdicts: list[Review], time: str) -> Iterator[Json]:
    one = verdicts[0]
    about = {"advice": one.advice, "who": one.who, "time": time, "model": one.model, "evidence": list(one.evidence)}
    rejected = {each.statement: each for each in verdicts if each.verdict == "reject"}
    if rejected:
        left = [said for number, said in enumerate(one.answer, start=1) if number not in rejected]
        pair = _pair(one.prompt, _joined(left, one.grounding), _joined(one.answer, one.grounding), "answer")
        yield pair | about | _comments(rejected.values())
    for each in sorted(verdicts, key=lambda each: each.statement):
        if each.edit:
            yield _pair(each.edit.prompt, each.edit.edited, each.edit.original, "edit") | about | _comments([each])


def _comments(verdicts: Iterable[Review]) -> Json:
    given = [each.comment for each in verdicts if each.comment]
    return {"comments": given} if given else {}


def _pair(prompt: Prompt, chosen: str, rejected: str, kind: str) -> Json:
    return {"prompt": [dict(each) for each in prompt], "chosen": chosen, "rejected": rejected, "kind": kind}


def _joined(said: Iterable[str], grounding: Grounding) -> str:
    return MODES[grounding].joined([*said])
