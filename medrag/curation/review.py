"""Walks a person through facts by drug and keeps what they make of each, one line at a time."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from medrag.curation.verify import Verified, Verifier
from medrag.knowledge import Knowledge
from medrag.knowledge.facts import Fact, Review
from medrag.knowledge.show import described, line

FILE = "reviews.csv"
COLUMNS = tuple(Review.model_fields)
ANSWERS = {"y": "right", "n": "wrong", "s": "skip", "q": "quit"}
QUESTION = "right (y), wrong (n), skip (s) or stop here (q)? "


@dataclass(frozen=True)
class Open:
    """A fact that nobody has reviewed, met at ``drug``, and what the drug's label says where one is at hand."""

    drug: str
    kind: str
    fact: Fact
    verified: Verified | None = None


def unreviewed(names: Iterable[str], knowledge: Knowledge, verifier: Verifier | None = None) -> Iterator[Open]:
    """The facts of each drug that have no review, each once, drug by drug."""
    met = set(knowledge.reviewed)
    for drug in names:
        said = _by_fact(drug, verifier)
        for kind, fact in knowledge.facts(drug):
            if fact not in met:
                met.add(fact)
                yield Open(drug, kind, fact, said.get(fact))


def walk(
    facts: Iterable[Open], knowledge: Knowledge, reviewer: str, file: Path, ask: Callable[[str], str]
) -> Iterator[Review]:
    """Asks about each fact and appends the answer to ``file`` at once, so that stopping at any point loses nothing.

    ``ask`` shows a text and gives back what the person typed; "q" ends the walk.
    """
    for each in facts:
        answer = _answer(text(each, knowledge), ask)
        if answer == "quit":
            return
        if answer == "skip":
            continue
        found = each.verified
        review = Review.model_validate(
            {
                "fact": knowledge.identity(each.fact),
                "verdict": answer,
                "reviewer": reviewer,
                "date": date.today(),
                "document": found.document if found else str(knowledge.origin(each.fact)),
                "version": found.version if found else "",
                "note": ask("what is wrong with it? ").strip() if answer == "wrong" else "",
            }
        )
        append(review, file)
        yield review


def text(each: Open, knowledge: Knowledge) -> str:
    """A fact as the reviewer sees it."""
    lines = [f"{each.drug}: {each.kind}", f"  {line(described(each.fact, knowledge))}"]
    if found := each.verified:
        where = ", ".join(filter(None, (found.document, found.version, found.section)))
        lines += [f"  {found.standing}: {found.sentence or 'no sentence of the label bears on it'} [{where}]"]
    return "\n".join(lines) + "\n"


def append(review: Review, file: Path) -> None:
    """Writes one line, after the line of column names where the file is new."""
    new = not file.exists()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, COLUMNS, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow({field: " ".join(str(value).split()) for field, value in review.model_dump().items()})


def _answer(shown: str, ask: Callable[[str], str]) -> str:
    while (typed := ask(shown + QUESTION).strip().lower()[:1]) not in ANSWERS:
        shown = ""
    return ANSWERS[typed]


def _by_fact(drug: str, verifier: Verifier | None) -> dict[Fact, Verified]:
    known = verifier is not None and drug in verifier.labels
    return {found.claim.fact: found for found in verifier.facts_of(drug)} if verifier and known else {}
