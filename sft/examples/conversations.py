"""Grounded examples: patients and questions over passages, and the pointers that answer them.

An example is a conversation over one set of passages. Its first turn is exactly the prompt that serving sends;
further turns ask about the same passages for other patients, which costs few tokens and shows the model what
a patient changes. Prompts and answers come from ``medrag.generation``, so that training and serving cannot drift.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from medrag.generation.prompts import messages
from medrag.generation.quoting import answer
from medrag.knowledge import load
from medrag.patient import as_heard
from medrag.types import Case, Condition, Evidence, Patient, Pointer, Record
from sft.examples.topic_questions import Query, Shown, answering, answers, as_evidence, cut, random_query
from sft.examples.topics import Topic
from sft.patients.augment import PLAIN, Augmentation
from sft.patients.profiles import Profile, make, record


class Example(Record):
    """One conversation; ``tags`` names the kind of each turn, ``gold`` its pointers in order."""

    source: str
    messages: tuple[dict[str, str], ...]
    tags: tuple[str, ...]
    gold: tuple[tuple[Pointer, ...], ...]


@dataclass(frozen=True)
class Turn:
    """A case and the pointers that answer it (none: abstain)."""

    case: Case
    gold: tuple[Pointer, ...]
    tag: str


@dataclass(frozen=True)
class Size:
    """How large a conversation is: passages, statements a passage, and turns.

    ``ranked`` is the share that looks as retrieval leaves it: mostly one guideline, the passages that answer first.
    ``again`` is the share of turns that put the question before to another patient.
    """

    passages: tuple[int, int]
    statements: tuple[int, int]
    turns: tuple[int, int]
    ranked: float = 0
    again: float = 0.4


def conversation(source: str, evidence: Sequence[Evidence], turns: Sequence[Turn]) -> Example:
    """The example: the first turn as served, the others without repeating the passages; every case as heard."""
    cases = [as_heard(turn.case) for turn in turns]
    chat = [{"role": each["role"], "content": each["content"]} for each in messages(cases[0], evidence, load())]
    for position, turn in enumerate(turns):
        if position:
            user = messages(cases[position], (), load())[1]["content"]
            chat.append({"role": "user", "content": user.partition("</evidence>\n")[2]})
        chat.append({"role": "assistant", "content": answer(turn.gold)})
    return Example(
        source=source,
        messages=tuple(chat),
        tags=tuple(turn.tag for turn in turns),
        gold=tuple(turn.gold for turn in turns),
    )


def guideline_example(  # noqa: PLR0913
    rng: random.Random, main: Topic, others: Sequence[Topic], size: Size, source: str, augment: Augmentation = PLAIN
) -> Example:
    """A conversation over parts of ``main`` and of ``others``, about either, with synthetic patients."""
    ranked = size.ranked > 0 and rng.random() < size.ranked
    shown = _show(rng, main, others, size, whole=ranked)
    previous: Query | None = None
    if ranked:
        previous = random_query(rng, main, others, shown)
        shown = _ranked(shown, previous)
    turns: list[Turn] = []
    wanted = rng.randint(*size.turns)
    while len(turns) < wanted:
        again = previous is not None and ((ranked and not turns) or rng.random() < size.again)
        question = previous if again and previous else random_query(rng, main, others, shown)
        turn = _turn(rng, question, shown, augment, swapped=again and bool(turns))
        if turn.gold or rng.random() < 0.35:
            turns.append(turn)
        previous = question
    return conversation(source, as_evidence(shown), turns)


def _show(rng: random.Random, main: Topic, others: Sequence[Topic], size: Size, *, whole: bool) -> list[Shown]:
    count = rng.randint(*size.passages)
    own = min(len(main.parts), count if whole else rng.randint(1, max(1, count - (rng.random() < 0.7))))
    chosen = [(main, part) for part in rng.sample(main.parts, own)]
    rest = [(topic, part) for topic in others for part in topic.parts]
    chosen += rng.sample(rest, min(len(rest), count - own))
    rng.shuffle(chosen)
    return [
        Shown(number, topic, cut(rng, part, size.statements)) for number, (topic, part) in enumerate(chosen, start=1)
    ]


def _ranked(shown: Sequence[Shown], question: Query) -> list[Shown]:
    """The passages with the most that answers ``question`` first, renumbered."""

    def rank(each: Shown) -> tuple[bool, int]:
        return each.topic is not question.topic, -sum(answers(question, each.part, s) for s in each.part.statements)

    return [Shown(n, each.topic, each.part) for n, each in enumerate(sorted(shown, key=rank), start=1)]


def _turn(rng: random.Random, question: Query, shown: Sequence[Shown], augment: Augmentation, *, swapped: bool) -> Turn:
    without = rng.random() < 0.12 and not question.open
    profile, patient = (None, None) if without else _patient(rng, question, shown, augment)
    gold = answering(question, shown, profile)
    kind = question.kind or ("drug" if question.drug else "words" if question.words else "heading")
    tag = "none" if not gold else f"{'open' if question.open else kind}{'+swap' if swapped else ''}"
    case = augment.case(rng, Case(question=question.text, patient=patient))
    return Turn(case, tuple(gold), tag)


def _patient(
    rng: random.Random, question: Query, shown: Sequence[Shown], augment: Augmentation
) -> tuple[Profile, Patient]:
    """Whom the question is about, made up or from a real record; often the record names the condition asked about."""
    needs = _needs(rng, question, shown)
    real = augment.real(rng, needs)
    profile = real[0] if real else make(rng, needs)
    known = (question.topic.name,) if question.open or rng.random() < 0.5 else ()
    if real is None:
        return profile, record(profile, rng, known)
    named = tuple(Condition(display=each) for each in known)
    return profile, real[1].model_copy(update={"conditions": (*named, *(real[1].conditions or ()))})


def _needs(rng: random.Random, question: Query, shown: Sequence[Shown]) -> frozenset[str]:
    """What to give the patient: often what one statement asks for, sometimes what speaks against one."""
    statements = [s for each in shown if each.topic is question.topic for s in each.part.statements]
    roll = rng.random()
    specific = [s.every for s in statements if s.every]
    barred = sorted({need for s in statements for need in s.unless})
    if roll < 0.55 and specific:
        return rng.choice(specific)
    if roll < 0.75 and barred:
        return frozenset([rng.choice(barred)])
    return frozenset()
