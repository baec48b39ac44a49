"""A user's own cases, one JSON object a line: ask each, and score whatever its ``gold`` says.

A line, of which only ``id`` and ``question`` are needed::

    {"id": "gout-1", "question": "...",
     "patient": {...medrag's patient JSON...},        or "patient_file": "bundle.json", beside the cases file
     "gold": {"doc_ids": ["gout"], "passages": [],    what should be retrieved and cited
              "abstain": false,                       whether nothing should be advised for want of evidence
              "decline": false,                       whether the request should be refused
              "emergency": false,                     whether an emergency notice must come
              "must_withhold": ["ibuprofen"],         drugs no released statement may recommend
              "must_recommend": ["colchicine"]},      drugs a released statement must recommend
     "slices": {"ward": "A"}}                         groups of your own for the report
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field, ValidationError

from eval import advice_scores
from eval.ranking import ranking_scores
from eval.solver import Solver
from eval.tasks import Result, Sample, Scores
from medrag.errors import InputError
from medrag.patient.summary import summarise
from medrag.types import Advice, Case, Outcome, Patient, Record

EXAMPLES = Path(__file__).parent / "examples" / "cases.jsonl"
K = 5


class Gold(Record):
    """What a case's answer is scored by; a field left out is not scored."""

    doc_ids: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    abstain: bool | None = None
    decline: bool | None = None
    emergency: bool | None = None
    must_withhold: tuple[str, ...] = ()
    must_recommend: tuple[str, ...] = ()


class CaseLine(Record):
    """One line of a cases file."""

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    patient: Patient | None = None
    patient_file: str | None = None
    gold: Gold = Gold()
    slices: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class CaseSample(Sample):
    """A case with its gold."""

    gold: Gold = field(default_factory=Gold)


@dataclass(frozen=True)
class Cases:
    """The task."""

    samples: Sequence[CaseSample]
    data: str
    name: str = "cases"

    async def evaluate(self, sample: CaseSample, solver: Solver) -> Result:
        """The advice for the case, and its scores."""
        advice = await solver.recommend(sample.case)
        return Result(score(sample.gold, advice), output(sample.case, advice), advice.provenance)


def load(path: Path | None = None, *, name: str = "cases") -> Cases:
    """The cases in ``path``; the shipped example over the starter corpus without one.

    Raises:
        InputError: the file is not there, a line does not parse, or an id comes twice. No patient text is shown.
    """
    path = path or EXAMPLES
    lines = list(read_lines(path))
    samples = [_sample(path, number, line) for number, line in lines]
    if not samples:
        raise InputError(f"{path} holds no cases")
    return Cases(samples, _fingerprint(path, [line for _, line in lines]), name)


def read_lines(path: Path) -> Iterator[tuple[int, CaseLine]]:
    """The lines of a cases file with their numbers."""
    if not path.is_file():
        raise InputError(f"no cases file at {path}")
    seen: set[str] = set()
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip():
            continue
        line = _parse(path, number, text)
        if line.id in seen:
            raise InputError(f"{path}, line {number}: the id {line.id!r} comes twice")
        seen.add(line.id)
        yield number, line


def score(gold: Gold, advice: Advice) -> Scores:
    """Every score the gold allows."""
    return {
        "answered": float(advice.outcome is Outcome.ANSWERED),
        "abstention": advice_scores.agrees(gold.abstain, advice.outcome is Outcome.ABSTAINED),
        "declining": advice_scores.agrees(gold.decline, advice.outcome is Outcome.DECLINED),
        "emergency": advice_scores.agrees(gold.emergency, bool(advice.notices)),
        "must_withhold": advice_scores.none_recommended(advice, gold.must_withhold),
        "must_recommend": advice_scores.share_recommended(advice, gold.must_recommend),
        "citation_precision": advice_scores.citation_precision(advice, gold.doc_ids, gold.passages),
        "citation_validity": advice_scores.citation_validity(advice),
        **_retrieval(gold, advice),
    }


def output(case: Case, advice: Advice) -> dict[str, object]:
    """What the log keeps, for a reader of the report."""
    patient = summarise(case.patient) if case.patient else None
    return {"question": case.question, "patient": patient, "advice": advice.model_dump(mode="json")}


def _retrieval(gold: Gold, advice: Advice) -> Scores:
    """By passages where the gold names them, by documents otherwise."""
    if gold.passages:
        return ranking_scores(gold.passages, [item.passage.id for item in advice.evidence], K)
    if gold.doc_ids:
        return ranking_scores(gold.doc_ids, [item.passage.doc_id for item in advice.evidence], K)
    return {}


def _parse(path: Path, number: int, text: str) -> CaseLine:
    try:
        return CaseLine.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        raise InputError(f"{path}, line {number}: {where}: {first['msg']}") from None


def _sample(path: Path, number: int, line: CaseLine) -> CaseSample:
    if line.patient is not None and line.patient_file is not None:
        raise InputError(f"{path}, line {number}: give either patient or patient_file")
    patient = _patient(path.parent / line.patient_file) if line.patient_file else line.patient
    return CaseSample(line.id, Case(question=line.question, patient=patient), line.gold, slices=line.slices)


def _patient(path: Path) -> Patient:
    from medrag.patient import load as load_patient

    return load_patient([path])


def _fingerprint(path: Path, lines: Sequence[CaseLine]) -> str:
    """sha256 over the cases and the patient files they name."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(json.dumps(line.model_dump(mode="json"), sort_keys=True).encode())
        if line.patient_file:
            digest.update(hashlib.sha256((path.parent / line.patient_file).read_bytes()).digest())
    return digest.hexdigest()
