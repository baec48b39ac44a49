"""Examples from running text (MedQuAD): which passage answers, and which sentence says a given thing."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from medrag.generation.prompts import messages
from medrag.generation.quoting import answer
from medrag.knowledge import load
from medrag.types import Case, Evidence, Pointer
from sft.examples.conversations import Example, Size, Turn, conversation
from sft.examples.corpus import QuestionAnswer, sentences
from sft.examples.topic_questions import MAX_GOLD, passage
from sft.patients.augment import PLAIN, Augmentation

FIRST = 3
MAX_WORDS = 130
_FIND = (
    "{w}?", "What is said about {w}?", "Which statement mentions {w}?", "{w}", "Tell me about {w}.",
    "Is there anything on {w}?", "What about {w}?",
)  # fmt: skip
_WORD = re.compile(r"[A-Za-z][A-Za-z-]{4,}")


@dataclass(frozen=True)
class Text:
    """An answer cut to a passage: its question, and what the question asks about."""

    focus: str
    question: str
    kind: str
    lines: tuple[str, ...]
    document: str


def texts(pairs: Iterable[QuestionAnswer]) -> list[Text]:
    """Each answer's first passage; an answer, or question, seen before is left out."""
    found: list[Text] = []
    seen: set[str] = set()
    for pair in pairs:
        lines = _first_lines(sentences(pair.answer))
        if lines and pair.question not in seen and lines[0] not in seen:
            seen.update((pair.question, lines[0]))
            found.append(Text(pair.focus, pair.question, pair.kind, lines, pair.document))
    return found


def _first_lines(lines: Sequence[str], most: int = 6) -> tuple[str, ...]:
    kept: list[str] = []
    words = 0
    for line in lines[:most]:
        words += len(line.split())
        if words > MAX_WORDS:
            break
        kept.append(line)
    return tuple(kept)


class Shelf:
    """Texts by focus and by kind of question, to draw distractors from."""

    def __init__(self, found: Sequence[Text]) -> None:
        self.texts = list(found)
        self.by_focus: dict[str, list[Text]] = defaultdict(list)
        self.by_kind: dict[str, list[Text]] = defaultdict(list)
        for text in found:
            self.by_focus[text.focus].append(text)
            self.by_kind[text.kind].append(text)

    def distractors(self, rng: random.Random, text: Text, count: int) -> list[Text]:
        """Others on the same focus, others that answer the same kind of question, and anything."""
        pools = (self.by_focus[text.focus], self.by_kind[text.kind], self.texts)
        chosen = [text]
        for _ in range(count * 4):
            each = rng.choice(rng.choice(pools))
            if all(each is not other and each.lines[0] != other.lines[0] for other in chosen):
                chosen.append(each)
            if len(chosen) > count:
                break
        return chosen[1:]


def reading_example(  # noqa: PLR0913
    rng: random.Random, shelf: Shelf, size: Size, find: float, source: str, augment: Augmentation = PLAIN
) -> Example:
    """A conversation over answers; a share ``find`` of its turns asks for the sentence with certain words."""
    first = rng.choice(shelf.texts)
    shown = [first, *shelf.distractors(rng, first, rng.randint(*size.passages) - 1)]
    rng.shuffle(shown)
    cut = [text.lines[: rng.randint(*size.statements)] for text in shown]
    evidence = [
        Evidence(number=n, passage=passage(f"{text.document}#{n}", text.focus, (_heading(text),), lines), score=1.0)
        for n, (text, lines) in enumerate(zip(shown, cut, strict=True), start=1)
    ]
    turns: list[Turn] = []
    while len(turns) < rng.randint(*size.turns):
        turns.append(_find(rng, cut, augment) if rng.random() < find else _ask(rng, shelf, shown, cut, augment))
    return conversation(source, evidence, turns)


def drill_example(rng: random.Random, shelf: Shelf, size: Size) -> Example:
    """Many bare questions on one small set of passages: a word or two, answered by the sentence they stand in.

    Thirty answers for the tokens of one served prompt: this is how a small model comes to match words to a place.
    """
    shown = rng.sample(shelf.texts, rng.randint(*size.passages))
    cut = [text.lines[: rng.randint(*size.statements)] for text in shown]
    evidence = [
        Evidence(number=n, passage=passage(f"{text.document}#{n}", text.focus, (_heading(text),), lines), score=1.0)
        for n, (text, lines) in enumerate(zip(shown, cut, strict=True), start=1)
    ]
    block = messages(Case(question="?"), evidence, load())[1]["content"].partition("</evidence>")[0]
    turns = [_words(rng, _lines(cut)) for _ in range(rng.randint(*size.turns))]
    chat: list[dict[str, str]] = []
    for position, (words, gold) in enumerate(turns):
        chat.append({"role": "user", "content": ("" if position else f"{block}</evidence>\n") + f" {words}"})
        chat.append({"role": "assistant", "content": answer(gold)})
    golds = tuple(gold for _, gold in turns)
    return Example(source="drill", messages=tuple(chat), tags=("drill",) * len(turns), gold=golds)


def _heading(text: Text) -> str:
    return text.kind.capitalize() or "Information"


def _ask(
    rng: random.Random, shelf: Shelf, shown: Sequence[Text], cut: Sequence[Sequence[str]], augment: Augmentation
) -> Turn:
    if rng.random() < 0.15:
        other = rng.choice(shelf.texts)
        if all(each.focus != other.focus for each in shown):
            return Turn(_case(rng, other.question, augment), (), "none")
    position = rng.randrange(len(shown))
    gold = tuple((position + 1, s) for s in range(1, min(FIRST, len(cut[position])) + 1))
    return Turn(_case(rng, shown[position].question, augment), gold, "passage")


def _find(rng: random.Random, cut: Sequence[Sequence[str]], augment: Augmentation) -> Turn:
    """Asks for words that stand in one or two sentences; those sentences are the answer."""
    words, gold = _words(rng, _lines(cut))
    return Turn(_case(rng, rng.choice(_FIND).format(w=words), augment), gold, "find")


_Lines = list[tuple[Pointer, set[str]]]


def _lines(cut: Sequence[Sequence[str]]) -> _Lines:
    return [
        ((p, s), {word.lower() for word in _WORD.findall(line)})
        for p, lines in enumerate(cut, start=1)
        for s, line in enumerate(lines, start=1)
    ]


def _words(rng: random.Random, lines: _Lines) -> tuple[str, tuple[Pointer, ...]]:
    """One or two words of a sentence, rare among these sentences where it has such, and where they stand together."""
    counts = Counter(word for _, words in lines for word in words)
    _, chosen = rng.choice([each for each in lines if each[1]])
    rare = sorted(word for word in chosen if counts[word] <= 2) or sorted(chosen)
    asked = rng.sample(rare, min(len(rare), rng.choice([1, 1, 2])))
    gold = tuple(where for where, words in lines if all(word in words for word in asked))
    return " ".join(asked), gold[:MAX_GOLD]


def _case(rng: random.Random, question: str, augment: Augmentation) -> Case:
    """The question with, at times, a patient that bears on nothing."""
    patient = augment.anyone(rng) if rng.random() < 0.4 else None
    return augment.case(rng, Case(question=question, patient=patient))
