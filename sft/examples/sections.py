"""Sections of an index asked about: the passages retrieval shows, and the sentences that answer for a patient.

What answers are the section's sentences that apply to the patient by :mod:`sft.patients.statements`: **rules over
wording, not clinicians' labels.**
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from medrag.datasets.judged import numbered
from medrag.generation.prompts import messages
from medrag.generation.quoting import MAX_STATEMENTS
from medrag.knowledge import load
from medrag.patient import as_heard
from medrag.types import Case, Passage, Pointer
from sft.examples.index_side import IndexSide
from sft.examples.topics import COMMON
from sft.patients.profiles import ALLERGIES, PHRASES, Profile
from sft.patients.statements import Statement, read

QUESTIONS = (
    "What is recommended on {section} in {title}?",
    "{title}: {section}?",
    "What does the guideline say about {section} for {title}?",
    "How should {section} be handled in a patient with {title}?",
)

SHOWN = 5
PROMPT_CHARACTERS = 5_400
"""What the bundled model's 2,048 tokens surely hold: evidence that a small model's engine would cut is not shown."""

_NO_ADVICE = re.compile(
    r"definition|evidence|strength|grad(?:e|ing)|level|quality|rating|scheme|classification|background|introduction|"
    r"clinical condition|scope|summary|search|research|burden|benefit|harms?\b|objective|disease/|references|update|"
    r"limitation",
    re.I,
)
_ADVISES = re.compile(
    r"\b(should|recommend|offer|avoid|consider|give|given|use|used|start|treat|add|refer|monitor|indicated|"
    r"contraindicated|preferred|first-line|prescribe|advise|perform|obtain|target|aim|stop|reduce|appropriate)",
    re.I,
)
SWAPS = {
    "pregnant": "pregnancy",
    "child": "age",
    "older": "age",
    "chronic kidney disease": "renal function",
    **dict.fromkeys(ALLERGIES, "allergy"),
}
"""The needs a pair of patients may differ in, by the fact that is swapped; ``egfr<N`` is renal function too."""
_STATED = {
    "pregnancy": r"pregnan|breastfe|lactat",
    "age": r"child|young|infan|adolesc|paediat|pediat|older|elder|frail|geriatr",
    "renal function": r"kidney|renal|nephro|dialys",
    "allergy": r"allerg|intoleran|hypersens",
}
"""Words by which a question says itself what a swapped fact would say."""


def fact_of(need: str) -> str:
    """The fact of a patient that a need is about: age, renal function, allergy, or the need itself."""
    return "renal function" if need.startswith("egfr") else SWAPS.get(need, need)


def _states(question: str, need: str) -> bool:
    pattern = _STATED.get(fact_of(need)) or (PHRASES[need][0] if need in PHRASES else re.escape(need))
    return re.search(pattern, question, re.I) is not None


@dataclass(frozen=True)
class Asked:
    """A section that is asked about, with what answers in it and the passages shown."""

    question: str
    shown: tuple[Passage, ...]
    answering: tuple[tuple[Pointer, Statement], ...]

    @property
    def needs(self) -> frozenset[str]:
        """What its sentences ask of a patient, or what bars them, that the question does not state itself."""
        found = {need for _, each in self.answering for need in each.every | each.unless}
        return frozenset(need for need in found if not _states(self.question, need))

    @property
    def stated(self) -> frozenset[str]:
        """What the question itself says of the patient."""
        return frozenset(n for _, each in self.answering for n in each.every if _states(self.question, n))

    def gold(self, profile: Profile | None) -> tuple[Pointer, ...]:
        """What applies: the sentences for this very patient first."""
        found = [(not each.specific, pointer) for pointer, each in self.answering if each.applies(profile, self.stated)]
        return tuple(pointer for _, pointer in sorted(found, key=lambda pair: pair[0]))


def heading_of(passage: Passage) -> tuple[str, tuple[str, ...]]:
    """The section a passage is of: its document and heading path."""
    return passage.doc_id, passage.section


def advising_sections(side: IndexSide) -> list[list[Passage]]:
    """The side's sections that give advice, each as its passages."""
    by_heading: dict[tuple[str, tuple[str, ...]], list[Passage]] = {}
    for each in side.asked():
        by_heading.setdefault(heading_of(each), []).append(each)
    return [each for each in by_heading.values() if _gives_advice(each)]


def _gives_advice(section: Sequence[Passage]) -> bool:
    first = section[0]
    if len(section) > 2 or any(_NO_ADVICE.search(each) for each in first.section[-1:]):
        return False
    sentences = [each.quote(span) for each in section for span in each.sentences]
    advising = sum(bool(_ADVISES.search(each)) for each in sentences)
    return 2 <= len(sentences) <= 2 * MAX_STATEMENTS and advising >= 0.6 * len(sentences)


def ask(rng: random.Random, side: IndexSide, section: Sequence[Passage], most: int = SHOWN) -> Asked:
    """A question on a section, with what retrieval finds for it (``most`` passages) and the section among it."""
    first = section[0]
    question = question_on(rng, first)
    found = [each.passage for each in side.retriever.nearest(question, k=60) if each.passage in side]
    others = [each for each in found if each not in section and _distracts(each, first)]
    kept = {each.id for each in (*section, *others[: max(0, most - len(section))])}
    ranked = [each for each in found if each.id in kept]
    return about(question, (*ranked, *(each for each in section if each not in ranked)), first)


def question_on(rng: random.Random, passage: Passage) -> str:
    """A question on the section a passage is of."""
    return rng.choice(QUESTIONS).format(section=passage.section[-1].lower(), title=passage.title)


def about(question: str, shown: Sequence[Passage], first: Passage) -> Asked:
    """``question`` on the section of ``first`` over the passages shown; nothing answers where none of them is of it."""
    answering = [
        ((number, position), read(each.quote(span), each.section[-1], first.title))
        for number, each in enumerate(shown, start=1)
        if heading_of(each) == heading_of(first)
        for position, span in enumerate(each.sentences, start=1)
    ]
    return Asked(question, tuple(shown), tuple(answering))


def _distracts(passage: Passage, asked: Passage) -> bool:
    """Whether a passage is wrong for sure: of the document asked about, or of one that is on something else."""
    if not passage.section or not passage.sentences or len(passage.sentences) > 16:
        return False
    return passage.doc_id == asked.doc_id or len(_words(passage.title) & _words(asked.title)) < 2


def _words(title: str) -> set[str]:
    """A title's content words, cut so that "diabetic" and "diabetes" are one."""
    found = {word[:6] for word in re.findall(r"[a-z]{4,}", title.lower()) if word not in COMMON}
    return found - {"guidel", "treatm", "manage", "clinic", "practi", "recomm", "preven", "adults", "diagno", "statem"}


def without(side: IndexSide, question: str, first: Passage, most: int) -> tuple[Passage, ...]:
    """What is found for the same question in every document but the one of ``first``, ``most`` passages."""
    found = [each.passage for each in side.retriever.nearest(question, k=120)]
    others = [e for e in found if e in side and e.doc_id != first.doc_id and _distracts(e, first)]
    return tuple(others[:most])


def fits(case: Case, shown: Sequence[Passage]) -> bool:
    """Whether the bundled model's window holds the prompt."""
    return (
        sum(len(each["content"]) for each in messages(as_heard(case), numbered(tuple(shown)), load()))
        <= PROMPT_CHARACTERS
    )


def random_needs(rng: random.Random, asked: Asked) -> frozenset[str]:
    """What to give a patient: what some sentence asks for, or what speaks against one, or nothing."""
    specific = [each.every for _, each in asked.answering if each.every]
    barred = sorted({need for _, each in asked.answering for need in each.unless} & asked.needs)
    roll = rng.random()
    if roll < 0.5 and specific:
        return rng.choice(specific)
    return frozenset([rng.choice(barred)]) if roll < 0.75 and barred else frozenset()
