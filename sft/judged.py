"""Cases over an index's own passages whose answers follow from wording by rule: for measuring a model as it is served.

A section is asked about; the passages shown are those that retrieval finds, with the section among them. What answers
are the section's sentences that apply to the patient by :mod:`sft.statements`. **These are rules over wording, not
clinicians' labels.** Beside each case stands the same one without the answering document (abstain), and pairs of
patients who differ in one fact that some sentence of the section is about.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medrag.generation.prompts import messages
from medrag.generation.quoting import MAX_STATEMENTS, Pointer
from medrag.judged import JudgedCase, numbered
from medrag.types import Case, Condition, Passage, Patient
from sft.from_index import QUESTIONS, Side
from sft.profiles import ALLERGIES, OTHERS, PHRASES, Profile, make, record, with_need
from sft.statements import Statement, read
from sft.topics import COMMON

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
_SWAPS = {
    "pregnant": "pregnancy",
    "child": "age",
    "older": "age",
    "chronic kidney disease": "renal function",
    **dict.fromkeys(ALLERGIES, "allergy"),
}
"""The needs a pair of patients may differ in, by the fact that is swapped; ``egfr<N`` is renal function too."""
CONTROL = "none that matters"
_STATED = {
    "pregnancy": r"pregnan|breastfe|lactat",
    "age": r"child|young|infan|adolesc|paediat|pediat|older|elder|frail|geriatr",
    "renal function": r"kidney|renal|nephro|dialys",
    "allergy": r"allerg|intoleran|hypersens",
}
"""Words by which a question says itself what a swapped fact would say."""


def _fact(need: str) -> str:
    return "renal function" if need.startswith("egfr") else _SWAPS.get(need, need)


def _states(question: str, need: str) -> bool:
    pattern = _STATED.get(_fact(need)) or (PHRASES[need][0] if need in PHRASES else re.escape(need))
    return re.search(pattern, question, re.I) is not None


@dataclass(frozen=True)
class _Asked:
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


def judged_cases(side: Side, source: str, *, cases: int, pairs: int, seed: int) -> Iterator[JudgedCase]:
    """Up to ``cases`` answerable cases, each followed by its unanswerable twin, then up to ``pairs`` pairs of patients.

    Sections are asked about in turn, so that no document weighs more than its share of sections. The same index and
    seed give the same cases.
    """
    rng = random.Random(seed)  # noqa: S311
    sections = _sections(side)
    yield from _singles(rng, side, sections, source, cases)
    yield from _pairs(rng, side, sections, source, pairs)


def _sections(side: Side) -> list[list[Passage]]:
    """The side's sections that give advice, each as its passages."""
    by_heading: dict[tuple[str, tuple[str, ...]], list[Passage]] = {}
    for each in side.asked():
        by_heading.setdefault((each.doc_id, each.section), []).append(each)
    return [each for each in by_heading.values() if _gives_advice(each)]


def _gives_advice(section: Sequence[Passage]) -> bool:
    first = section[0]
    if len(section) > 2 or any(_NO_ADVICE.search(each) for each in first.section[-1:]):
        return False
    sentences = [each.quote(span) for each in section for span in each.sentences]
    advising = sum(bool(_ADVISES.search(each)) for each in sentences)
    return 2 <= len(sentences) <= 2 * MAX_STATEMENTS and advising >= 0.6 * len(sentences)


def _turns(rng: random.Random, sections: Sequence[list[Passage]], most: int) -> Iterator[list[Passage]]:
    """Every section in random order, ``most`` times over."""
    for _ in range(most):
        yield from rng.sample(sections, len(sections))


def _singles(
    rng: random.Random, side: Side, sections: Sequence[list[Passage]], source: str, count: int
) -> Iterator[JudgedCase]:
    made = 0
    for section in _turns(rng, sections, 20):
        if made == count:
            return
        asked = _ask(rng, side, section)
        profile = make(rng, _needs(rng, asked)) if rng.random() < 0.6 else None
        gold = asked.gold(profile)
        case = Case(question=asked.question, patient=record(profile, rng) if profile else None)
        without = _without(side, asked, case, section[0])
        if not 1 <= len(gold) <= MAX_STATEMENTS or not without or not _fits(case, asked.shown):
            continue
        made += 1
        yield JudgedCase(case=case, passages=asked.shown, gold=gold, source=source)
        yield JudgedCase(case=case, passages=without, gold=(), source=source)


def _pairs(
    rng: random.Random, side: Side, sections: Sequence[list[Passage]], source: str, count: int
) -> Iterator[JudgedCase]:
    made = 0
    for section in _turns(rng, sections, 40):
        if made == count:
            return
        asked = _ask(rng, side, section)
        needs = _swappable(asked)
        if not needs:
            continue
        need = "" if rng.random() < 0.15 else rng.choice(needs)
        before, after = _patients(rng, need)
        golds = [asked.gold(profile) for profile, _ in (before, after)]
        differing = set(golds[0]) != set(golds[1])
        if differing == (not need) or not all(len(each) <= MAX_STATEMENTS for each in golds) or not any(golds):
            continue
        sides = [Case(question=asked.question, patient=patient) for _, patient in (before, after)]
        if not all(_fits(each, asked.shown) for each in sides):
            continue
        made += 1
        swapped = CONTROL if not need else _fact(need)
        for case, gold in zip(sides, golds, strict=True):
            yield JudgedCase(
                case=case, passages=asked.shown, gold=gold, source=source, pair=f"{source}-{made}", swapped=swapped
            )


def _ask(rng: random.Random, side: Side, section: Sequence[Passage]) -> _Asked:
    """A question on a section, with what retrieval finds for it and the section among it."""
    first = section[0]
    question = rng.choice(QUESTIONS).format(section=first.section[-1].lower(), title=first.title)
    found = [each.passage for each in side.retriever.nearest(question, k=60) if each.passage in side]
    others = [each for each in found if each not in section and _distracts(each, first)]
    kept = {each.id for each in (*section, *others[: SHOWN - len(section)])}
    ranked = [each for each in found if each.id in kept]
    shown = (*ranked, *(each for each in section if each not in ranked))
    answering = [
        ((number, position), read(each.quote(span), each.section[-1], first.title))
        for number, each in enumerate(shown, start=1)
        if (each.doc_id, each.section) == (first.doc_id, first.section)
        for position, span in enumerate(each.sentences, start=1)
    ]
    return _Asked(question, shown, tuple(answering))


def _distracts(passage: Passage, asked: Passage) -> bool:
    """Whether a passage is wrong for sure: of the document asked about, or of one that is on something else."""
    if not passage.section or not passage.sentences or len(passage.sentences) > 16:
        return False
    return passage.doc_id == asked.doc_id or len(_words(passage.title) & _words(asked.title)) < 2


def _words(title: str) -> set[str]:
    """A title's content words, cut so that "diabetic" and "diabetes" are one."""
    found = {word[:6] for word in re.findall(r"[a-z]{4,}", title.lower()) if word not in COMMON}
    return found - {"guidel", "treatm", "manage", "clinic", "practi", "recomm", "preven", "adults", "diagno", "statem"}


def _without(side: Side, asked: _Asked, case: Case, first: Passage) -> tuple[Passage, ...]:
    """As many passages as were shown, found for the same question in every document but the one that answers."""
    found = [each.passage for each in side.retriever.nearest(asked.question, k=120)]
    others = [e for e in found if e in side and e.doc_id != first.doc_id and _distracts(e, first)]
    shown = tuple(others[: len(asked.shown)])
    while shown and not _fits(case, shown):
        shown = shown[:-1]
    return shown


def _fits(case: Case, shown: tuple[Passage, ...]) -> bool:
    return sum(len(each["content"]) for each in messages(case, numbered(shown))) <= PROMPT_CHARACTERS


def _needs(rng: random.Random, asked: _Asked) -> frozenset[str]:
    """What to give a single case's patient: what some sentence asks for, or what speaks against one, or nothing."""
    specific = [each.every for _, each in asked.answering if each.every]
    barred = sorted({need for _, each in asked.answering for need in each.unless} & asked.needs)
    roll = rng.random()
    if roll < 0.5 and specific:
        return rng.choice(specific)
    return frozenset([rng.choice(barred)]) if roll < 0.75 and barred else frozenset()


def _swappable(asked: _Asked) -> list[str]:
    return sorted(need for need in asked.needs if need in _SWAPS or re.fullmatch(r"egfr<\d+", need))


def _patients(rng: random.Random, need: str) -> tuple[tuple[Profile, Patient], tuple[Profile, Patient]]:
    """Two patients alike but for ``need``, which the second has; without one, for a condition that bears on nothing."""
    profile = Profile(age=rng.randint(22, 43), sex="female", egfr=rng.randint(80, 105))
    patient = record(profile, rng)
    if need:
        return (profile, patient), with_need(rng, profile, patient, need)
    names = [each for each in OTHERS if each not in {known.display for known in patient.conditions}]
    other = Condition(display=rng.choice(names))
    return (profile, patient), (profile, patient.model_copy(update={"conditions": (*patient.conditions, other)}))
