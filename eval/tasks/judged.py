"""Choosing among given passages: which sentences, whether any, and whether the choice follows the patient.

``choice``: single cases (:class:`medrag.datasets.judged.JudgedCase` lines without ``pair``). ``patient``: two that
differ in one fact of the patient. Scores without prefix are of what the engine released; ``own_`` ones of what was
chosen before the safety filter, which can also tell patients apart.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eval.running.solver import Solver
from eval.scoring.advice_scores import citation_precision, share
from eval.systems.fixed_evidence import Answer, Chooser, answer, f1, served
from eval.tasks import Result, Sample, Scores
from medrag.datasets.judged import JudgedCase, read_judged
from medrag.errors import InputError
from medrag.types import Pointer


@dataclass(frozen=True)
class JudgedSample(Sample):
    """A case, or the first of a pair with its ``variant``."""

    judged: JudgedCase
    variant: JudgedCase | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Judged:
    """The task, over single cases or over pairs."""

    name: str
    samples: Sequence[JudgedSample]
    data: str
    chooser: Chooser = served

    async def evaluate(self, sample: JudgedSample, solver: Solver) -> Result:
        """The answer to the case, or to both of a pair, and its scores."""
        engine = solver.parts(self.name)
        sides = [each for each in (sample.judged, sample.variant) if each is not None]
        answers = await asyncio.gather(*(answer(engine, each, self.chooser) for each in sides))
        output = {
            "question": sample.case.question,
            "sides": [_shown(judged, each) for judged, each in zip(sides, answers, strict=True)],
        }
        scores = pair_scores(sides, answers) if sample.variant else single_scores(sample.judged, answers[0])
        return Result(scores, output, answers[0].advice.provenance)


def load(paths: Sequence[Path], chooser: Chooser = served) -> tuple[Judged, Judged]:
    """The tasks ``choice`` and ``patient`` over the files' cases.

    Raises:
        InputError: a file is not there, or a line does not fit or is the one half of a pair.
    """
    cases = [each for path in paths for each in read_judged(path)]
    singles = [each for each in cases if not each.pair]
    pairs: dict[str, list[JudgedCase]] = {}
    for each in cases:
        if each.pair:
            pairs.setdefault(each.pair, []).append(each)
    if any(len(sides) != 2 for sides in pairs.values()):
        raise InputError("a pair needs two cases: two lines with the same `pair`")
    choice = [JudgedSample(f"{n:05}", e.case, e, slices={"source": e.source}) for n, e in enumerate(singles)]
    patient = [
        JudgedSample(name, a.case, a, variant=b, slices={"source": a.source, "swapped": a.swapped})
        for name, (a, b) in pairs.items()
    ]
    data = hashlib.sha256("\n".join(each.model_dump_json() for each in cases).encode()).hexdigest()
    return Judged("choice", choice, data, chooser), Judged("patient", patient, data, chooser)


def single_scores(judged: JudgedCase, given: Answer) -> Scores:
    """Scores of one case; one without an answer scores abstention alone."""
    if not judged.gold:
        return {
            "abstained_when_unanswerable": float(not given.released),
            "abstention_right": float(not given.released),
            "own_abstention_right": float(not given.chosen),
        }
    passages = {judged.passages[number - 1].id for number, _ in judged.gold}
    return {
        "precision": share([each in judged.gold for each in given.released]),
        "recall": share([each in given.released for each in judged.gold]),
        "f1": f1(given.released, judged.gold),
        "first_right": float(given.released[:1] != () and given.released[0] in judged.gold),
        "citation_precision": citation_precision(given.advice, (), passages),
        "answered_when_answerable": float(bool(given.released)),
        "abstention_right": float(bool(given.released)),
        "own_precision": share([each in judged.gold for each in given.chosen]),
        "own_recall": share([each in given.chosen for each in judged.gold]),
        "own_f1": f1(given.chosen, judged.gold),
        "own_abstention_right": float(bool(given.chosen)),
    }


def pair_scores(sides: Sequence[JudgedCase], answers: Sequence[Answer]) -> Scores:
    """Whether the choice changes where the gold does, and whether each sentence at stake is on its side alone."""
    golds = [each.gold for each in sides]
    released, own = [each.released for each in answers], [each.chosen for each in answers]
    return {**_moved(golds, released, ""), **_moved(golds, own, "own_")}


def _moved(golds: Sequence[Sequence[Pointer]], chosen: Sequence[Sequence[Pointer]], prefix: str) -> Scores:
    stake = set(golds[0]) ^ set(golds[1])
    changed = set(chosen[0]) != set(chosen[1])
    right = [
        all((each in answer) == (each in gold) for gold, answer in zip(golds, chosen, strict=True)) for each in stake
    ]
    return {
        f"{prefix}changed": float(changed) if stake else None,
        f"{prefix}unchanged_when_nothing_matters": None if stake else float(not changed),
        f"{prefix}share_right": share(right),
        f"{prefix}both_right": float(all(right)) if stake else None,
    }


def _shown(judged: JudgedCase, given: Answer) -> dict[str, object]:
    return {"gold": judged.gold, "chosen": given.chosen, "released": given.released, "outcome": given.advice.outcome}
