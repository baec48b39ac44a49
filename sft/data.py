"""Grounded examples: patients and questions over passages, and the pointers that answer them.

An example is a conversation over one set of passages. Its first turn is exactly the prompt that serving sends;
further turns ask about the same passages for other patients, which costs few tokens and shows the model what
a patient changes. Prompts and answers come from ``medrag.generation``, so that training and serving cannot drift.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from medrag.generation.prompts import messages
from medrag.generation.quoting import Pointer, answer
from medrag.types import Case, Condition, Evidence, Passage, Patient, Record, Sentence
from sft.augment import PLAIN, Augmentation
from sft.profiles import Profile, make, record
from sft.statements import Statement
from sft.synthetic import DRUGS
from sft.topics import (
    COMMON,
    DRUG_QUESTIONS,
    HEADING_QUESTIONS,
    OPEN_QUESTIONS,
    QUESTIONS,
    WORD_QUESTIONS,
    Part,
    Topic,
)

MAX_GOLD = 5


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
class Shown:
    """A part of a topic as one passage of the evidence, under its number."""

    number: int
    topic: Topic
    part: Part


@dataclass(frozen=True)
class Size:
    """How large a conversation is: passages, statements a passage, and turns.

    ``ranked`` is the share that looks as retrieval leaves it: mostly one guideline, the passages that answer first.
    """

    passages: tuple[int, int]
    statements: tuple[int, int]
    turns: tuple[int, int]
    ranked: float = 0


def passage(identity: str, title: str, section: tuple[str, ...], lines: Sequence[str]) -> Passage:
    """A passage whose sentences are ``lines``, joined by spaces."""
    spans, position = [], 0
    for line in lines:
        spans.append(Sentence(start=position, end=position + len(line)))
        position += len(line) + 1
    return Passage(
        id=identity, doc_id=identity, title=title, text=" ".join(lines), sentences=tuple(spans), section=section
    )


def conversation(source: str, evidence: Sequence[Evidence], turns: Sequence[Turn]) -> Example:
    """The example: the first turn as served, the others without repeating the passages."""
    chat = [{"role": each["role"], "content": each["content"]} for each in messages(turns[0].case, evidence)]
    for position, turn in enumerate(turns):
        if position:
            user = messages(turn.case, ())[1]["content"]
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
    previous: _Question | None = None
    if ranked:
        previous = _question(rng, main, others, shown)
        shown = _ranked(shown, previous)
    evidence = [
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
    turns: list[Turn] = []
    wanted = rng.randint(*size.turns)
    while len(turns) < wanted:
        again = previous is not None and ((ranked and not turns) or rng.random() < 0.4)
        question = previous if again and previous else _question(rng, main, others, shown)
        turn = _turn(rng, question, shown, augment, swapped=again and bool(turns))
        if turn.gold or rng.random() < 0.35:
            turns.append(turn)
        previous = question
    return conversation(source, evidence, turns)


def _show(rng: random.Random, main: Topic, others: Sequence[Topic], size: Size, *, whole: bool) -> list[Shown]:
    count = rng.randint(*size.passages)
    own = min(len(main.parts), count if whole else rng.randint(1, max(1, count - (rng.random() < 0.7))))
    chosen = [(main, part) for part in rng.sample(main.parts, own)]
    rest = [(topic, part) for topic in others for part in topic.parts]
    chosen += rng.sample(rest, min(len(rest), count - own))
    rng.shuffle(chosen)
    return [Shown(number, topic, _cut(rng, part, size)) for number, (topic, part) in enumerate(chosen, start=1)]


def _ranked(shown: Sequence[Shown], question: _Question) -> list[Shown]:
    """The passages with the most that answers ``question`` first, renumbered."""

    def rank(each: Shown) -> tuple[bool, int]:
        return each.topic is not question.topic, -sum(_answers(question, each.part, s) for s in each.part.statements)

    return [Shown(n, each.topic, each.part) for n, each in enumerate(sorted(shown, key=rank), start=1)]


def _cut(rng: random.Random, part: Part, size: Size) -> Part:
    """At most so many consecutive statements of a part."""
    length = min(len(part.statements), rng.randint(*size.statements))
    start = rng.randint(0, len(part.statements) - length)
    return Part(part.heading, part.kind, part.statements[start : start + length])


@dataclass(frozen=True)
class _Question:
    """What is asked: of a topic, its statements of a kind, heading or drug; ``stated``: needs it names itself."""

    text: str
    topic: Topic
    kind: str = ""
    heading: str = ""
    drug: str = ""
    words: tuple[str, ...] = ()
    open: bool = False
    stated: frozenset[str] = frozenset()


def _question(rng: random.Random, main: Topic, others: Sequence[Topic], shown: Sequence[Shown]) -> _Question:
    asked = rng.choice(shown)
    roll = rng.random()
    if roll < 0.12:
        topic = rng.choice([*others, main])
        kind = rng.choice(list(QUESTIONS))
        return _Question(_word(rng, QUESTIONS[kind], c=topic.name), topic, kind, stated=_STATED.get(kind, frozenset()))
    if roll < 0.27 and (drugs := _drugs(asked.part)):
        drug = rng.choice(drugs)
        return _Question(_word(rng, DRUG_QUESTIONS, c=asked.topic.name, d=drug), asked.topic, drug=drug)
    if roll < 0.37 and (words := _words(rng, asked)):
        return _Question(_word(rng, WORD_QUESTIONS, c=asked.topic.name, w=" ".join(words)), asked.topic, words=words)
    if roll < 0.49:
        return _Question(rng.choice(OPEN_QUESTIONS), asked.topic, "treatment", open=True)
    if roll < 0.59 or asked.part.kind not in QUESTIONS:
        text = _word(rng, HEADING_QUESTIONS, c=asked.topic.name, h=asked.part.heading.lower())
        return _Question(text, asked.topic, heading=asked.part.heading)
    kind = asked.part.kind if roll < 0.8 else "treatment"
    text, stated = _word(rng, QUESTIONS[kind], c=asked.topic.name), _STATED.get(kind, frozenset())
    return _stating(rng, _Question(text, asked.topic, kind, stated=stated), shown)


_STATED = {"pregnancy": frozenset(["pregnant"]), "kidney": frozenset(["chronic kidney disease"])}
"""What asking for a kind of section says of the patient."""


def _stating(rng: random.Random, question: _Question, shown: Sequence[Shown]) -> _Question:
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
    return _Question(text, question.topic, question.kind, stated=question.stated | {need})


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


def _turn(
    rng: random.Random, question: _Question, shown: Sequence[Shown], augment: Augmentation, *, swapped: bool
) -> Turn:
    without = rng.random() < 0.12 and not question.open
    profile, patient = (None, None) if without else _patient(rng, question, shown, augment)
    gold = _gold(question, shown, profile)
    kind = question.kind or ("drug" if question.drug else "words" if question.words else "heading")
    tag = "none" if not gold else f"{'open' if question.open else kind}{'+swap' if swapped else ''}"
    case = augment.case(rng, Case(question=question.text, patient=patient))
    return Turn(case, tuple(gold), tag)


def _patient(
    rng: random.Random, question: _Question, shown: Sequence[Shown], augment: Augmentation
) -> tuple[Profile, Patient]:
    """Whom the question is about, made up or from a real record; often the record names the condition asked about."""
    needs = _needs(rng, question, shown)
    real = augment.real(rng, needs)
    profile = real[0] if real else make(rng, needs)
    known = (question.topic.name,) if question.open or rng.random() < 0.5 else ()
    if real is None:
        return profile, record(profile, rng, known)
    named = tuple(Condition(display=each) for each in known)
    return profile, real[1].model_copy(update={"conditions": (*named, *real[1].conditions)})


def _needs(rng: random.Random, question: _Question, shown: Sequence[Shown]) -> frozenset[str]:
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


_NOT_TREATMENT = {"diagnosis", "urgent", "monitoring", "lifestyle", "prevention"}


def _gold(question: _Question, shown: Sequence[Shown], profile: Profile | None) -> list[Pointer]:
    """The pointers to what answers: statements for this very patient first, then those for everyone."""
    found: list[tuple[bool, Pointer]] = []
    for each in shown:
        if each.topic is not question.topic:
            continue
        for position, statement in enumerate(each.part.statements, start=1):
            if _answers(question, each.part, statement) and statement.applies(profile, question.stated):
                found.append((not statement.specific, (each.number, position)))
    return [pointer for _, pointer in sorted(found, key=lambda pair: pair[0])][:MAX_GOLD]


def _answers(question: _Question, part: Part, statement: Statement) -> bool:
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
