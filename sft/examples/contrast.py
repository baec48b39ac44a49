"""Examples in which only the patient changes: one question on a few short passages, for many patients in turn.

A dozen answers for the tokens of two served prompts: this is how a small model comes to match what a record says with
whom a sentence is for. Successive patients differ in what some sentence asks of them, so that the answers differ too.
Matching is the simplest of it: sentences each for other patients, where only the record tells which answers.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from medrag.types import Case, Patient
from sft.examples.conversations import Example, Turn, conversation
from sft.examples.synthetic import NEEDS, specific
from sft.examples.topic_questions import Query, Shown, answering, as_evidence, cut, heading_query, kind_query
from sft.examples.topics import QUESTIONS, Part, Topic
from sft.patients.profiles import ALLERGIES, PHRASES, Profile, brief, make, met
from sft.patients.statements import Statement

PASSAGES, STATEMENTS, TURNS = (1, 3), (3, 6), (12, 16)
MATCHED, MATCHES, REAL = (5, 8), (17, 21), 0.4
_MATCHING = (
    "What applies to this patient?", "Which statements are for this patient?", "What should be done in this patient?",
    "What does this patient need?",
)  # fmt: skip
GROUPS = ("pregnant", "child", "older", "egfr<30", "egfr<60", "chronic kidney disease")


def contrast_example(rng: random.Random, main: Topic, others: Sequence[Topic], source: str) -> Example | None:
    """A conversation of ``TURNS`` patients, or None when no statement of ``main`` depends on the patient."""
    parts = [part for part in main.parts if any(_depends(each) for each in part.statements)]
    if not parts:
        return None
    asked = rng.choice(parts)
    rest = [(main, part) for part in main.parts if part is not asked]
    rest += [(topic, part) for topic in others for part in topic.parts]
    chosen = [(main, _with_dependent(rng, asked))]
    count = min(len(rest), rng.randint(*PASSAGES) - 1)
    chosen += [(topic, cut(rng, part, STATEMENTS)) for topic, part in rng.sample(rest, count)]
    rng.shuffle(chosen)
    shown = [Shown(number, topic, part) for number, (topic, part) in enumerate(chosen, start=1)]
    query = _query(rng, main, asked)
    turns: list[Turn] = []
    wanted = rng.randint(*TURNS)
    while len(turns) < wanted:
        if turns and rng.random() < 0.1:
            query = _query(rng, main, asked)
        turn = _turn(rng, query, shown)
        if turn.gold or rng.random() < 0.4:
            turns.append(turn)
    return conversation(source, as_evidence(shown), turns)


def _depends(statement: Statement) -> bool:
    return bool(statement.every or statement.unless)


def _with_dependent(rng: random.Random, part: Part) -> Part:
    """A cut of ``part`` with a statement in it that depends on the patient."""
    while True:
        kept = cut(rng, part, STATEMENTS)
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


def match_example(rng: random.Random, condition: str, pool: Sequence[Statement]) -> Example:
    """Sentences each for other patients, from ``pool`` or made up on ``condition``; a patient's own answer."""
    needs = rng.sample(NEEDS, rng.randint(*MATCHED))
    statements = [
        rng.choice(own) if (own := _asking(pool, need)) and rng.random() < REAL else specific(rng, need, condition)
        for need in needs
    ]
    at = rng.randint(2, len(needs) - 2)
    parts = [
        Part(heading, "special", tuple(each))
        for heading, each in (("Special groups", statements[:at]), ("Other patients", statements[at:]))
    ]
    topic = Topic("match", condition[:1].upper() + condition[1:], condition, tuple(parts))
    shown = [Shown(number, topic, part) for number, part in enumerate(parts, start=1)]
    query = Query(rng.choice(_MATCHING), topic, "special")
    turns = []
    for _ in range(rng.randint(*MATCHES)):
        profile = _with_some(rng, needs)
        pointers = tuple(answering(query, shown, profile))
        turns.append(
            Turn(Case(question=query.text, patient=brief(profile, rng)), pointers, "match" if pointers else "none")
        )
    return conversation("match", as_evidence(shown), turns)


def _asking(pool: Sequence[Statement], need: str) -> list[Statement]:
    return [each for each in pool if each.every == {need}]


def _with_some(rng: random.Random, needs: Sequence[str]) -> Profile:
    """Mostly one of ``needs``, sometimes two, seldom something else or nothing."""
    roll = rng.random()
    given = rng.sample(needs, 1 if roll < 0.6 else 2 if roll < 0.85 else 0) or [rng.choice(NEEDS)]
    profile = make(rng, frozenset())
    profile.egfr, profile.phrases, profile.allergies = None, set(), set()
    profile.age = rng.randint(19, 60)
    return met(rng, profile, frozenset(given))
