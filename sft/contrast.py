"""Examples in which only the patient changes: one question on a few short passages, for many patients in turn.

A dozen answers for the tokens of two served prompts: this is how a small model comes to match what a record says with
whom a sentence is for. Successive patients differ in what some sentence asks of them, so that the answers differ too.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from medrag.types import Case, Patient
from sft.asking import Query, Shown, answering, as_evidence, cut, heading_query, kind_query
from sft.data import Example, Size, Turn, conversation
from sft.profiles import ALLERGIES, PHRASES, Profile, brief, make
from sft.statements import Statement
from sft.topics import QUESTIONS, Part, Topic

GROUPS = ("pregnant", "child", "older", "egfr<30", "egfr<60", "chronic kidney disease")


def contrast_example(
    rng: random.Random, main: Topic, others: Sequence[Topic], size: Size, source: str
) -> Example | None:
    """A conversation of ``size.turns`` patients, or None when no statement of ``main`` depends on the patient."""
    parts = [part for part in main.parts if any(_depends(each) for each in part.statements)]
    if not parts:
        return None
    asked = rng.choice(parts)
    rest = [(main, part) for part in main.parts if part is not asked]
    rest += [(topic, part) for topic in others for part in topic.parts]
    chosen = [(main, _with_dependent(rng, asked, size))]
    count = min(len(rest), rng.randint(*size.passages) - 1)
    chosen += [(topic, cut(rng, part, size.statements)) for topic, part in rng.sample(rest, count)]
    rng.shuffle(chosen)
    shown = [Shown(number, topic, part) for number, (topic, part) in enumerate(chosen, start=1)]
    query = _query(rng, main, asked)
    turns: list[Turn] = []
    wanted = rng.randint(*size.turns)
    while len(turns) < wanted:
        if turns and rng.random() < 0.1:
            query = _query(rng, main, asked)
        turn = _turn(rng, query, shown)
        if turn.gold or rng.random() < 0.4:
            turns.append(turn)
    return conversation(source, as_evidence(shown), turns)


def _depends(statement: Statement) -> bool:
    return bool(statement.every or statement.unless)


def _with_dependent(rng: random.Random, part: Part, size: Size) -> Part:
    """A cut of ``part`` with a statement in it that depends on the patient."""
    while True:
        kept = cut(rng, part, size.statements)
        if any(_depends(each) for each in kept.statements):
            return kept


def _query(rng: random.Random, topic: Topic, part: Part) -> Query:
    if part.kind in QUESTIONS and part.kind != "treatment" and rng.random() < 0.4:
        return kind_query(rng, topic, part.kind)
    return heading_query(rng, topic, part.heading)


def _turn(rng: random.Random, query: Query, shown: Sequence[Shown]) -> Turn:
    statements = [s for each in shown if each.topic is query.topic for s in each.part.statements]
    profile, patient = _patient(rng, statements)
    pointers = answering(query, shown, profile)
    return Turn(Case(question=query.text, patient=patient), tuple(pointers), "contrast" if pointers else "none")


def _patient(rng: random.Random, statements: Sequence[Statement]) -> tuple[Profile, Patient]:
    """Somebody ordinary but for what one or two statements ask, or for something that none does, or for nothing."""
    needs = [each.every for each in statements if each.every]
    needs += [frozenset([need]) for each in statements for need in sorted(each.unless)]
    roll = rng.random()
    given: frozenset[str] = frozenset()
    if roll < 0.55 and needs:
        given = rng.choice(needs)
    elif roll < 0.7 and needs:
        given = rng.choice(needs) | rng.choice(needs)
    elif roll < 0.85:
        given = frozenset([rng.choice([*GROUPS, *rng.sample(list(ALLERGIES), 3), *rng.sample(list(PHRASES), 3)])])
    profile = make(rng, given)
    return profile, brief(profile, rng)
