"""Cases over an index's own passages whose answers follow from wording by rule: for measuring a model as it is served.

A section is asked about as :mod:`sft.examples.sections` does. Beside each case stands the same one without the
answering document (abstain), and pairs of patients who differ in one fact that some sentence of the section is about.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from medrag.datasets.judged import JudgedCase
from medrag.generation.quoting import MAX_STATEMENTS
from medrag.types import Case, Condition, Passage, Patient
from sft.examples.index_side import IndexSide
from sft.examples.sections import SWAPS, Asked, advising_sections, ask, fact_of, fits, random_needs, without
from sft.patients.profiles import OTHERS, Profile, make, record, with_need

CONTROL = "none that matters"


def judged_cases(side: IndexSide, source: str, *, cases: int, pairs: int, seed: int) -> Iterator[JudgedCase]:
    """Up to ``cases`` answerable cases, each followed by its unanswerable twin, then up to ``pairs`` pairs of patients.

    Sections are asked about in turn, so that no document weighs more than its share of sections. The same index and
    seed give the same cases.
    """
    rng = random.Random(seed)  # noqa: S311
    sections = advising_sections(side)
    yield from _singles(rng, side, sections, source, cases)
    yield from _pairs(rng, side, sections, source, pairs)


def _turns(rng: random.Random, sections: Sequence[list[Passage]], most: int) -> Iterator[list[Passage]]:
    """Every section in random order, ``most`` times over."""
    for _ in range(most):
        yield from rng.sample(sections, len(sections))


def _singles(
    rng: random.Random, side: IndexSide, sections: Sequence[list[Passage]], source: str, count: int
) -> Iterator[JudgedCase]:
    made = 0
    for section in _turns(rng, sections, 20):
        if made == count:
            return
        asked = ask(rng, side, section)
        profile = make(rng, random_needs(rng, asked)) if rng.random() < 0.6 else None
        gold = asked.gold(profile)
        case = Case(question=asked.question, patient=record(profile, rng) if profile else None)
        others = without(side, asked.question, section[0], len(asked.shown))
        while others and not fits(case, others):
            others = others[:-1]
        if not 1 <= len(gold) <= MAX_STATEMENTS or not others or not fits(case, asked.shown):
            continue
        made += 1
        yield JudgedCase(case=case, passages=asked.shown, gold=gold, source=source)
        yield JudgedCase(case=case, passages=others, gold=(), source=source)


def _pairs(
    rng: random.Random, side: IndexSide, sections: Sequence[list[Passage]], source: str, count: int
) -> Iterator[JudgedCase]:
    made = 0
    for section in _turns(rng, sections, 40):
        if made == count:
            return
        asked = ask(rng, side, section)
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
        if not all(fits(each, asked.shown) for each in sides):
            continue
        made += 1
        swapped = CONTROL if not need else fact_of(need)
        for case, gold in zip(sides, golds, strict=True):
            yield JudgedCase(
                case=case, passages=asked.shown, gold=gold, source=source, pair=f"{source}-{made}", swapped=swapped
            )


def _swappable(asked: Asked) -> list[str]:
    return sorted(need for need in asked.needs if need in SWAPS or re.fullmatch(r"egfr<\d+", need))


def _patients(rng: random.Random, need: str) -> tuple[tuple[Profile, Patient], tuple[Profile, Patient]]:
    """Two patients alike but for ``need``, which the second has; without one, for a condition that bears on nothing."""
    profile = Profile(age=rng.randint(22, 43), sex="female", egfr=rng.randint(80, 105))
    patient = record(profile, rng)
    if need:
        return (profile, patient), with_need(rng, profile, patient, need)
    names = [each for each in OTHERS if each not in {known.display for known in patient.conditions or ()}]
    other = Condition(display=rng.choice(names))
    return (profile, patient), (
        profile,
        patient.model_copy(update={"conditions": (*(patient.conditions or ()), other)}),
    )
