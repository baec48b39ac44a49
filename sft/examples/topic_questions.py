"""Questions about parts of guidelines, and the sentences that answer them for a patient."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from medrag.types import Evidence, Passage, Pointer, Sentence
from sft.examples.synthetic import DRUGS
from sft.examples.topics import (
    COMMON,
    DRUG_QUESTIONS,
    HEADING_QUESTIONS,
    OPEN_QUESTIONS,
    QUESTIONS,
    WORD_QUESTIONS,
    Part,
    Topic,
)
from sft.patients.profiles import Profile
from sft.patients.statements import Statement

MAX_GOLD = 5


@dataclass(frozen=True)
class Shown:
    """A part of a topic as one passage of the evidence, under its number."""

    number: int
    topic: Topic
    part: Part


def passage(identity: str, title: str, section: tuple[str, ...], lines: Sequence[str]) -> Passage:
    """A passage whose sentences are ``lines``, joined by spaces."""
    spans, position = [], 0
    for line in lines:
        spans.append(Sentence(start=position, end=position + len(line)))
        position += len(line) + 1
    return Passage(
        id=identity, doc_id=identity, title=title, text=" ".join(lines), sentences=tuple(spans), section=section
    )


def as_evidence(shown: Sequence[Shown]) -> list[Evidence]:
    """The parts as evidence under their numbers, a passage each."""
    return [
        Evidence(
            number=each.number,
            passage=passage(
                f"{each.topic.document}#{each.part.heading}",
                each.topic.title,
                (each.part.heading,),
                [statement.text for statement in each.part.statements],
            ),
            score=1.0,
        )
        for each in shown
    ]


def cut(rng: random.Random, part: Part, statements: tuple[int, int]) -> Part:
    """At most so many consecutive statements of a part."""
    length = min(len(part.statements), rng.randint(*statements))
    start = rng.randint(0, len(part.statements) - length)
    return Part(part.heading, part.kind, part.statements[start : start + length])


@dataclass(frozen=True)
class Query:
    """What is asked: of a topic, its statements of a kind, heading or drug; ``stated``: needs it names itself."""

    text: str
    topic: Topic
    kind: str = ""
    heading: str = ""
    drug: str = ""
    words: tuple[str, ...] = ()
    open: bool = False
    stated: frozenset[str] = frozenset()


def random_query(rng: random.Random, main: Topic, others: Sequence[Topic], shown: Sequence[Shown]) -> Query:
    """A question of any sort about one of the parts shown, or now and then about what is not."""
    asked = rng.choice(shown)
    roll = rng.random()
    if roll < 0.12:
        topic = rng.choice([*others, main])
        return kind_query(rng, topic, rng.choice(list(QUESTIONS)))
    if roll < 0.27 and (drugs := _drugs(asked.part)):
        drug = rng.choice(drugs)
        return Query(_word(rng, DRUG_QUESTIONS, c=asked.topic.name, d=drug), asked.topic, drug=drug)
    if roll < 0.37 and (words := _words(rng, asked)):
        return Query(_word(rng, WORD_QUESTIONS, c=asked.topic.name, w=" ".join(words)), asked.topic, words=words)
    if roll < 0.49:
        return Query(rng.choice(OPEN_QUESTIONS), asked.topic, "treatment", open=True)
    if roll < 0.59 or asked.part.kind not in QUESTIONS:
        return heading_query(rng, asked.topic, asked.part.heading)
    return _stating(rng, kind_query(rng, asked.topic, asked.part.kind if roll < 0.8 else "treatment"), shown)


def heading_query(rng: random.Random, topic: Topic, heading: str) -> Query:
    """A question on one section by its heading."""
    return Query(_word(rng, HEADING_QUESTIONS, c=topic.name, h=heading.lower()), topic, heading=heading)


def kind_query(rng: random.Random, topic: Topic, kind: str) -> Query:
    """A question on all sections of a kind."""
    return Query(_word(rng, QUESTIONS[kind], c=topic.name), topic, kind, stated=_STATED.get(kind, frozenset()))


_STATED = {"pregnancy": frozenset(["pregnant"]), "kidney": frozenset(["chronic kidney disease"])}
"""What asking for a kind of section says of the patient."""


def _stating(rng: random.Random, question: Query, shown: Sequence[Shown]) -> Query:
    """Sometimes the question itself names what makes a statement apply."""
    needs = sorted(
        {need for each in shown if each.topic is question.topic for s in each.part.statements for need in s.every}
    )
    if not needs or rng.random() > 0.15:
        return question
    need = rng.choice(needs)
    words = {"child": "a child", "older": "an older adult", "pregnant": "pregnancy"}.get(need, need)
    text = f"{question.text.rstrip('?')} in a patient with {words}?"
    text = text.replace("a patient with pregnancy", "pregnancy").replace("a patient with a", "a")
    return Query(text, question.topic, question.kind, stated=question.stated | {need})


def _word(rng: random.Random, templates: Sequence[str], **values: str) -> str:
    text = rng.choice(templates).format(**values)
    return text[:1].upper() + text[1:]


def _drugs(part: Part) -> list[str]:
    words = {word for each in part.statements for word in re.findall(r"[a-z-]+", each.text.lower())}
    return [drug for drug in DRUGS if drug in words]


def _words(rng: random.Random, asked: Shown) -> tuple[str, ...]:
    """One to three neighbouring content words of a statement, topic words left out; none when it has too few."""
    text = rng.choice(asked.part.statements).text
    topic = asked.topic.name.lower()
    found = [word for word in re.findall(r"[A-Za-z][A-Za-z-]{3,}", text) if word.lower() not in topic]
    kept = [word.lower() for word in found if word.lower() not in COMMON]
    count = rng.choice([1, 2, 2, 3])
    start = rng.randint(0, max(0, len(kept) - count))
    return tuple(kept[start : start + count])


_NOT_TREATMENT = {"diagnosis", "urgent", "monitoring", "lifestyle", "prevention"}


def answering(question: Query, shown: Sequence[Shown], profile: Profile | None) -> list[Pointer]:
    """The pointers to what answers: statements for this very patient first, then those for everyone."""
    found: list[tuple[bool, Pointer]] = []
    for each in shown:
        if each.topic is not question.topic:
            continue
        for position, statement in enumerate(each.part.statements, start=1):
            if answers(question, each.part, statement) and statement.applies(profile, question.stated):
                found.append((not statement.specific, (each.number, position)))
    return [pointer for _, pointer in sorted(found, key=lambda pair: pair[0])][:MAX_GOLD]


def answers(question: Query, part: Part, statement: Statement) -> bool:
    """Whether a statement in ``part`` is what ``question`` asks for, whoever the patient."""
    if question.drug:
        return question.drug in statement.text.lower()
    if question.words:
        return all(word in statement.text.lower() for word in question.words)
    if question.heading:
        return part.heading == question.heading
    if question.kind == "treatment" and statement.specific:
        return part.kind not in _NOT_TREATMENT
    if question.kind == "pregnancy" and "pregnant" in statement.every:
        return True
    return part.kind == question.kind
