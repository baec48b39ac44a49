"""Patient sensitivity: one fact of the patient is changed, and the advice should change with it, or stay.

A line::

    {"id": "...", "question": "...", "changes": true,
     "base": {"patient": {...}, "gold": {...}}, "variant": {"patient": {...}, "gold": {...}}, "slices": {}}

with golds as in :mod:`eval.cases.case_files`, of which the drug lists are scored. A change is needed only where the
advice for the base patient would be wrong for the variant. ``"changes": false`` pairs differ in a fact that should make
no difference: a system that reacts to any change at all gets them wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from eval.cases.case_files import EXAMPLES, Gold, Line, digest, patient, unique_lines
from eval.running.solver import Solver
from eval.scoring.advice_scores import none_recommended, share_recommended, texts
from eval.tasks import Result, Sample, Scores
from eval.tasks.advice_task import shown
from medrag.types import Advice, Case, Record


class Side(Record):
    """A patient and what is right for it."""

    patient: Mapping[str, Any]
    gold: Gold = Gold()


class PairLine(Line):
    """One line of a sensitivity file."""

    question: str = Field(min_length=1)
    changes: bool
    base: Side
    variant: Side
    slices: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class PairSample(Sample):
    """Its case is the base patient's."""

    variant: Case
    pair: PairLine


@dataclass(frozen=True)
class Sensitivity:
    """The task."""

    samples: Sequence[PairSample]
    data: str
    name: str = "sensitivity"

    async def evaluate(self, sample: PairSample, solver: Solver) -> Result:
        """The advice for both patients, and how it differs."""
        first, second = await asyncio.gather(solver.recommend(sample.case), solver.recommend(sample.variant))
        pair = sample.pair
        output = {
            **shown(sample.case, pair.base.gold, first),
            "changes": pair.changes,
            "variant": shown(sample.variant, pair.variant.gold, second),
        }
        return Result(score(pair, first, second), output, first.provenance)


def load(path: Path | None = None) -> Sensitivity:
    """The pairs in ``path``; without one the shipped ones over the starter corpus.

    Raises:
        InputError: see :func:`eval.cases.case_files.load_cases`.
    """
    path = path or EXAMPLES / "sensitivity.jsonl"
    lines = unique_lines(path, PairLine)
    return Sensitivity([_sample(line, f"{path}, case {line.id!r}") for line in lines], digest(lines))


def _sample(line: PairLine, where: str) -> PairSample:
    base, variant = (
        Case(question=line.question, patient=patient(side.patient, where)) for side in (line.base, line.variant)
    )
    return PairSample(line.id, base, slices=line.slices, variant=variant, pair=line)


def score(pair: PairLine, base: Advice, variant: Advice) -> Scores:
    """Whether the released statements changed as they should, and whether each side's are right."""
    changed = set(texts(base)) != set(texts(variant))
    needed = pair.changes and _right(pair.variant.gold, base) == 0.0
    sides = (_right(pair.base.gold, base), _right(pair.variant.gold, variant))
    return {
        "changed_when_needed": float(changed) if needed else None,
        "same_when_it_should": None if pair.changes else float(not changed),
        "base_right": sides[0],
        "variant_right": sides[1],
        "both_right": None if None in sides else float(sides == (1.0, 1.0)),
    }


def _right(gold: Gold, advice: Advice) -> float | None:
    """1 when nothing forbidden is recommended and everything needed is; ``None`` without such gold."""
    known = [none_recommended(advice, gold.must_withhold), share_recommended(advice, gold.must_recommend)]
    asked = [each for each in known if each is not None]
    return float(all(each == 1.0 for each in asked)) if asked else None
